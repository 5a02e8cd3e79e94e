import sys
import threading
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from footage import write_video

from ml.errors import VideoUnreadable
from ml.video.reading import ClipReader


def reader(path):
    return ClipReader(str(path), fps=4, frames_per_clip=8, size_px=64)


def test_chunks_hold_every_sampled_frame_in_order(tmp_path):
    opened = reader(write_video(tmp_path / "a.mp4", seconds=5))
    chunks = list(opened.chunks(16))
    assert sum(len(chunk.frames_THWC) for chunk in chunks) == len(opened.sampling.frame_index) == 24
    assert chunks[0].frames_THWC.shape == (8, 64, 64, 3)
    assert opened.sampling.clip_end_ms[-1] == 5000


def test_neighbours_show_what_moved(tmp_path):
    chunk = next(reader(write_video(tmp_path / "a.mp4", seconds=2, shakes_from_s=0)).chunks(8))
    assert np.abs(chunk.frames_THWC.astype(int) - chunk.neighbours_THWC).mean() > 5


def test_neighbours_that_nobody_wants_are_not_decoded(tmp_path):
    path = write_video(tmp_path / "a.mp4", seconds=2, shakes_from_s=0)
    (chunk,) = ClipReader(str(path), fps=4, frames_per_clip=8, size_px=64, with_neighbours=False).chunks(8)
    (whole,) = reader(path).chunks(8)
    assert chunk.neighbours_THWC.shape == (0, 64, 64, 3)
    assert np.array_equal(chunk.frames_THWC, whole.frames_THWC)
    assert (len(chunk.is_new_T2), len(whole.is_new_T2)) == (0, 8)


def test_pictures_that_show_nothing_new_are_told_over_the_border_of_chunks(tmp_path):
    chunks = list(reader(write_video(tmp_path / "a.mp4", seconds=4.5)).chunks(16))
    assert len(chunks) == 3
    is_new = np.concatenate([chunk.is_new_T2 for chunk in chunks])
    assert is_new.ravel().tolist() == [True] * 36 + [False] * 12


def test_repeats_are_told_and_the_first_frame_counts_as_one(tmp_path):
    chunks = list(reader(write_video(tmp_path / "a.mp4", seconds=1.5)).chunks(8))
    assert chunks[0].is_repeat_T.tolist() == [True] + [False] * 6 + [True]


def test_published_snippets_take_the_place_of_clips_at_a_rate(tmp_path):
    path = write_video(tmp_path / "a.mp4", seconds=5)
    opened = ClipReader(str(path), fps=4, frames_per_clip=8, size_px=64, snippets=16)
    assert len(opened.sampling.clip_start_ms) == 16
    assert sum(len(chunk.frames_THWC) for chunk in opened.chunks(32)) == 128


def test_leaving_early_ends_the_decoding_thread(tmp_path):
    before = set(threading.enumerate())
    chunks = reader(write_video(tmp_path / "a.mp4", seconds=20)).chunks(8)
    next(chunks)
    assert set(threading.enumerate()) - before
    chunks.close()
    assert not set(threading.enumerate()) - before


@pytest.mark.parametrize("content", [b"", b"just words in a file that says it is a video\n" * 40])
def test_a_file_that_is_no_video_is_named(tmp_path, content):
    path = tmp_path / "fake.mp4"
    path.write_bytes(content)
    with pytest.raises(VideoUnreadable, match="fake.mp4: not a video"):
        reader(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(VideoUnreadable, match="gone.mp4: there is no such file"):
        reader(tmp_path / "gone.mp4")


def test_a_single_frame_makes_one_clip(tmp_path):
    opened = reader(write_video(tmp_path / "one.mp4", seconds=0.125))
    assert len(opened.sampling.clip_start_ms) == 1
    assert sum(len(chunk.frames_THWC) for chunk in opened.chunks(32)) == 8
