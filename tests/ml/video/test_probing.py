import hashlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from footage import write_video

from ml.errors import VideoUnreadable
from ml.video.probing import file_sha256, probe, video_ref


def test_a_video_is_measured_and_hashed(tmp_path):
    path = write_video(tmp_path / "a.mp4", seconds=5, fps=8)
    facts = probe(path)
    assert (facts.frame_count, facts.fps, facts.duration_ms) == (40, pytest.approx(8), 5000)
    ref = video_ref(path, "Abuse/a.mp4", "abnormal")
    assert (ref.key, ref.name) == (hashlib.sha256(path.read_bytes()).hexdigest(), "Abuse/a.mp4")
    assert (ref.duration_ms, ref.weak_label, ref.split) == (5000, "abnormal", "train")


def test_what_is_no_video_is_named(tmp_path):
    broken = tmp_path / "b.mp4"
    broken.write_bytes(b"no video")
    for path, message in ((broken, "b.mp4: not a video"), (tmp_path / "c.mp4", "c.mp4: there is no such file")):
        with pytest.raises(VideoUnreadable, match=message):
            probe(path)
    with pytest.raises(VideoUnreadable, match="c.mp4: cannot be read"):
        file_sha256(tmp_path / "c.mp4")
