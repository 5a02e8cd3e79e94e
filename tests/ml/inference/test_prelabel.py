import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from footage import video_ref, write_video

from ml.errors import JobInvalid, VideoUnreadable, WeightsInvalid
from ml.inference.prelabel import Prelabeller
from ml.model.artefact import CARD_FILE, write_detector, write_json
from ml.model.detector import build_detector
from ml.profiles.loading import load_profile


@pytest.fixture
def artefact(tmp_path):
    """A model version that learnt nothing yet."""
    torch.manual_seed(0)
    profile = load_profile("tiny")
    write_detector(tmp_path / "model", build_detector(profile, classes=2), profile, ("fall", "fight"))
    return tmp_path / "model"


def test_a_video_that_is_in_the_store_is_labelled_alike_without_its_file(tmp_path, artefact):
    video = video_ref(write_video(tmp_path / "a.mp4", seconds=9, shakes_from_s=4))
    first = Prelabeller(str(artefact), str(tmp_path / "store")).run(video)
    Path(video.path).unlink()
    again = Prelabeller(str(artefact), str(tmp_path / "store")).run(video)
    assert again.scores == first.scores
    assert len(first.scores.fused) == 5
    assert first.timing["decode"] > 0
    assert again.timing["decode"] == 0


@pytest.mark.parametrize(("seconds", "clips"), [(0.125, 1), (1.0, 1), (2.5, 2)])
def test_videos_of_one_frame_and_shorter_than_a_clip_get_scores(tmp_path, artefact, seconds, clips):
    video = video_ref(write_video(tmp_path / "a.mp4", seconds=seconds))
    prediction = Prelabeller(str(artefact), str(tmp_path / "store")).run(video)
    assert len(prediction.scores.fused) == clips
    assert all(0 <= score <= 1 for score in prediction.scores.fused)


def test_a_model_of_another_backbone_is_refused_by_name(tmp_path, artefact):
    write_json(artefact / CARD_FILE, {"backbone": "another-encoder"})
    with pytest.raises(WeightsInvalid, match="model was trained on features of another-encoder"):
        Prelabeller(str(artefact), str(tmp_path / "store"))


def test_a_video_that_is_gone_is_named(tmp_path, artefact):
    video = video_ref(write_video(tmp_path / "gone.mp4", seconds=1))
    Path(video.path).unlink()
    with pytest.raises(VideoUnreadable, match="gone.mp4"):
        Prelabeller(str(artefact), str(tmp_path / "store")).run(video)


def test_a_stray_file_does_not_make_a_language_model(tmp_path, artefact):
    (artefact / ".DS_Store").write_bytes(b"of a file manager")
    video = video_ref(write_video(tmp_path / "a.mp4", seconds=1))
    assert Prelabeller(str(artefact), str(tmp_path / "store")).run(video).judgement is None


@pytest.mark.parametrize("device", ["banana", "cuda:99", "meta"])
def test_a_device_that_cannot_be_used_is_one_line(tmp_path, artefact, device):
    with pytest.raises(JobInvalid, match=f"the device '{device}' cannot be used .*; name cpu") as refused:
        Prelabeller(str(artefact), str(tmp_path / "store"), device)
    assert "\n" not in str(refused.value)
