import numpy as np
import pytest

from ml.video.snippets import sample_snippets, snippet_frames

# Reference section 9: (frames of the video, first offsets, last offset, steps inside a clip).
VECTORS = [
    (300, [0, 14, 29, 44], 222, [0, 8, 16, 24, 32, 40, 48, 56]),
    (1412, [0, 84, 168, 252], 1264, [0, 10, 21, 31, 42, 52, 63, 73]),
    (2728, [0, 166, 333, 499], 2498, [0, 20, 41, 62, 83, 104, 124, 145]),
]


@pytest.mark.parametrize(("frames", "offsets", "last", "steps"), VECTORS)
def test_the_published_vectors(frames, offsets, last, steps):
    found = snippet_frames(frames)
    assert found.shape == (16, 8)
    assert found[:4, 0].tolist() == offsets
    assert found[-1, 0] == last
    assert (found - found[:, :1] == np.array(steps)).all()
    assert found.max() < frames


@pytest.mark.parametrize("frames", [1, 7, 21, 57, 63, 64, 100])
def test_a_short_video_repeats_its_last_frame_instead_of_failing(frames):
    sampling = sample_snippets(np.arange(frames) / 30, frames / 30, 16, 8)
    assert len(sampling.frame_index) == 128
    assert sampling.frame_index.min() == 0
    assert sampling.frame_index.max() <= frames - 1
    assert sampling.neighbour_index.max() <= frames - 1
    assert len(sampling.clip_start_ms) == 16


def test_clips_stand_for_equal_parts_of_the_video():
    sampling = sample_snippets(5.0 + np.arange(1412) / 30, 5.0 + 1412 / 30, 16, 8)
    assert sampling.clip_start_ms[0] == 0
    assert sampling.clip_end_ms[:-1] == sampling.clip_start_ms[1:]
    assert sampling.clip_end_ms[-1] == round(1412 / 30 * 1000)
    lengths = np.subtract(sampling.clip_end_ms, sampling.clip_start_ms)
    assert lengths.max() - lengths.min() <= 1
    assert sampling.frame_index[8:16].tolist() == [84, 94, 105, 115, 126, 136, 147, 157]
    assert sampling.neighbour_gap_s.max() == pytest.approx(1 / 30)


def test_a_video_without_frames_is_refused():
    with pytest.raises(ValueError, match="at least one frame"):
        sample_snippets(np.array([]), 1.0, 16, 8)
