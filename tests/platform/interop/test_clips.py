"""Clips hold just the frames of their interval, from time zero."""

from pathlib import Path

import av
import pytest

from tests.platform.interop.footage import brightness, write_video
from vigil.interop.clips import clip_cut
from vigil.projects.errors import Invalid


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "source.mp4"
    write_video(path, seconds=12)
    return path


def test_a_clip_holds_the_frames_of_its_interval(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "clip.mp4"
    assert clip_cut(source, target, start_ms=3_000, end_ms=5_000) == 20
    with av.open(str(target)) as reader:
        times_s = [frame.time for frame in reader.decode(video=0)]
    assert times_s == pytest.approx([n / 10 for n in range(20)], abs=0.002)
    assert brightness(target) == pytest.approx(brightness(source)[30:50], abs=1.5)
    assert [path.name for path in target.parent.iterdir()] == ["clip.mp4"]


def test_an_interval_without_frames_is_refused_and_leaves_nothing(source: Path, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no frame from 60000"):
        clip_cut(source, tmp_path / "clip.mp4", start_ms=60_000, end_ms=61_000)
    assert list(tmp_path.iterdir()) == []


def test_a_broken_source_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"not a video at all")
    with pytest.raises(Invalid, match=r"broken\.mp4 cannot be decoded"):
        clip_cut(broken, tmp_path / "clip.mp4", start_ms=0, end_ms=1_000)
