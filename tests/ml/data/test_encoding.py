import logging
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from footage import video_ref, write_video

from ml.data.encoding import VideoEncoder
from ml.profiles.loading import load_profile

PROFILE = load_profile("tiny")


def encoder(tmp_path):
    return VideoEncoder(PROFILE, tmp_path / "store", torch.device("cpu"))


def test_a_video_is_encoded_once(tmp_path):
    video = video_ref(write_video(tmp_path / "a.mp4", seconds=12, shakes_from_s=6))
    videos = encoder(tmp_path)
    first = videos.features(video)
    Path(video.path).unlink()
    again = encoder(tmp_path).features(video)
    assert first.timing["encode"] > 0
    assert again.timing == {"decode": 0.0, "encode": 0.0}
    for name, values in first.features.groups.items():
        assert torch.equal(values, again.features.groups[name])


def test_shaking_shows_in_the_motion_of_its_clips_alone(tmp_path):
    video = video_ref(write_video(tmp_path / "a.mp4", seconds=12, shakes_from_s=6))
    motion = encoder(tmp_path).features(video).features.groups["motion"].mean(1)
    assert len(motion) == 6
    assert motion[4] > 3 * motion[1]


def test_a_corrupt_entry_is_named_set_aside_and_computed_again(tmp_path, caplog):
    video = video_ref(write_video(tmp_path / "a.mp4", seconds=2))
    videos = encoder(tmp_path)
    store = videos.store
    expected = videos.features(video).features
    store.path(video.key).write_bytes(b"broken")
    with caplog.at_level(logging.WARNING):
        mended = videos.features(video).features
    assert video.key in caplog.text
    assert torch.equal(mended.groups["flow"], expected.groups["flow"])
    assert store.path(video.key).with_suffix(".corrupt").read_bytes() == b"broken"
