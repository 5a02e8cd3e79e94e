import logging
import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from footage import video_ref, write_video

from ml.data.encoding import VideoEncoder
from ml.errors import StoreUnwritable, VideoUnreadable
from ml.model.backbones import BUILDERS
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
    (part,) = store.path(video.key).glob("part-*")
    part.write_bytes(b"broken")
    with caplog.at_level(logging.WARNING):
        mended = videos.features(video).features
    assert video.key in caplog.text
    assert torch.equal(mended.groups["jerk"], expected.groups["jerk"])
    assert (store.path(video.key).with_suffix(".corrupt") / part.name).read_bytes() == b"broken"


def test_a_video_of_one_frame_is_one_clip_without_motion(tmp_path):
    video = video_ref(write_video(tmp_path / "one.mp4", seconds=0.125))
    features = encoder(tmp_path).features(video).features
    assert len(features) == 1
    assert features.groups["motion"].abs().max() == 0
    assert features.groups["appearance"].abs().max() > 0


def test_a_last_clip_of_fewer_frames_is_filled_up_with_its_last_frame(tmp_path):
    video = video_ref(write_video(tmp_path / "short.mp4", seconds=2.5, shakes_from_s=0))
    features = encoder(tmp_path).features(video).features
    assert features.clip_end_ms == (2000, 2500)
    assert features.groups["motion"][1].max() > 0


def test_clips_read_by_the_stretch_are_those_in_memory(tmp_path):
    video = video_ref(write_video(tmp_path / "a.mp4", seconds=12, shakes_from_s=6))
    videos = encoder(tmp_path)
    opened, whole = videos.open(video), videos.features(video).features
    assert opened.timing["encode"] > 0
    stretch = opened.features.clips(2, 5)
    assert all(torch.equal(stretch[name], values[2:5]) for name, values in whole.groups.items())


class Blind:
    """A backbone whose weights are broken."""

    identity = "blind"
    group_shapes = {"tokens": (2, 3)}

    def clip_groups(self, chunks):
        for chunk in chunks:
            yield {"tokens": torch.full((len(chunk.frames_THWC) // 8, 2, 3), float("nan"))}


def test_a_backbone_that_gives_no_numbers_is_refused_and_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.setitem(BUILDERS, "efficientnet_lite0", lambda profile, weights_dir, device: Blind())
    video = video_ref(write_video(tmp_path / "street.mp4", seconds=2))
    videos = encoder(tmp_path)
    with pytest.raises(VideoUnreadable, match=r"street.mp4: .*'tokens' of clip 0"):
        videos.features(video)
    assert not videos.store.has(video.key)


def test_a_video_that_breaks_off_leaves_nothing_in_the_store(tmp_path):
    path = write_video(tmp_path / "cut.mp4", seconds=30, shakes_from_s=0)
    content = path.read_bytes()
    start, stop = len(content) // 4, 3 * len(content) // 4
    path.write_bytes(content[:start] + bytes(stop - start) + content[stop:])
    videos, video = encoder(tmp_path), video_ref(path)
    with pytest.raises(VideoUnreadable, match="cut.mp4"):
        videos.features(video)
    assert not videos.store.has(video.key)


def test_a_store_that_is_a_file_is_refused_before_anything_is_decoded(tmp_path):
    (tmp_path / "store").write_text("a file where the folder should be", "utf-8")
    (tmp_path / "street.mp4").write_bytes(b"never read")
    with pytest.raises(StoreUnwritable, match="features of street.mp4 cannot be kept"):
        encoder(tmp_path).open(video_ref(tmp_path / "street.mp4"))
