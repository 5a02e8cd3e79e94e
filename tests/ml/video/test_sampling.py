import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.video.sampling import chunk_edges, sample_clips


def times(count, rate):
    return np.arange(count) / rate


def test_thirty_frames_a_second_are_sampled_at_the_frame_shown():
    sampling = sample_clips(times(120, 30), 4.0, fps=4, frames_per_clip=8)
    assert sampling.frame_index.tolist() == [0, 7, 15, 22, 30, 37, 45, 52, 60, 67, 75, 82, 90, 97, 105, 112]
    assert sampling.neighbour_index[:3].tolist() == [3, 11, 18]
    assert sampling.clip_start_ms == (0, 2000)
    assert sampling.clip_end_ms == (2000, 4000)


def test_a_single_frame_gives_one_padded_clip():
    sampling = sample_clips(times(1, 25), 0.04, fps=4, frames_per_clip=8)
    assert sampling.frame_index.tolist() == [0] * 8
    assert (sampling.clip_start_ms, sampling.clip_end_ms) == ((0,), (40,))


def test_the_last_clip_repeats_the_last_frame_and_ends_with_the_video():
    sampling = sample_clips(times(70, 25), 2.8, fps=4, frames_per_clip=8)
    assert sampling.frame_index[8:].tolist() == [50, 56, 62, 68, 69, 69, 69, 69]
    assert sampling.clip_end_ms == (2000, 2800)


def test_a_start_offset_is_the_origin_of_all_times():
    plain = sample_clips(times(60, 30), 2.0, fps=4, frames_per_clip=8)
    shifted = sample_clips(times(60, 30) + 7.5, 9.5, fps=4, frames_per_clip=8)
    assert shifted.frame_index.tolist() == plain.frame_index.tolist()
    assert shifted.clip_end_ms == plain.clip_end_ms


def test_a_gap_in_the_presentation_times_shows_the_frame_before_it():
    starts = np.array([0.0, 0.1, 0.2, 1.5, 1.6])
    sampling = sample_clips(starts, 1.7, fps=4, frames_per_clip=8)
    assert sampling.frame_index.tolist() == [0, 2, 2, 2, 2, 2, 3, 4]
    assert sampling.neighbour_index.tolist() == [1, 2, 2, 2, 2, 2, 4, 4]
    assert sampling.neighbour_gap_s.tolist() == pytest.approx([0.1, 0, 0, 0, 0, 0, 0.1, 0])


def test_no_frames_are_refused():
    with pytest.raises(ValueError, match="at least one frame"):
        sample_clips(np.array([]), 0.0, fps=4, frames_per_clip=8)


@given(count=st.integers(1, 400), rate=st.floats(0.5, 120), fps=st.floats(0.5, 30), length=st.integers(2, 16))
def test_clips_touch_and_cover_the_video(count, rate, fps, length):
    sampling = sample_clips(times(count, rate), count / rate, fps=fps, frames_per_clip=length)
    assert len(sampling.frame_index) == length * len(sampling.clip_start_ms)
    assert sampling.clip_start_ms[0] == 0
    assert sampling.clip_start_ms[1:] == sampling.clip_end_ms[:-1]
    assert all(start < end for start, end in zip(sampling.clip_start_ms, sampling.clip_end_ms, strict=True))
    assert (np.diff(sampling.frame_index) >= 0).all()
    assert sampling.frame_index[-1] < count
    both = np.stack([sampling.frame_index, sampling.neighbour_index], 1).ravel()
    assert (np.diff(both) >= 0).all()
    assert both[-1] < count


@pytest.mark.parametrize("clips", range(1, 30))
@pytest.mark.parametrize("at_most", [8, 16, 64])
def test_chunks_are_whole_clips_that_start_small_and_end_halved(clips, at_most):
    edges = chunk_edges(8 * clips, 8, at_most)
    sizes = [after - before for before, after in zip(edges, edges[1:], strict=False)]
    assert edges[0] == 0 and edges[-1] == 8 * clips
    assert sizes[0] == 8
    assert all(0 < size <= at_most and size % 8 == 0 for size in sizes)
    assert len(sizes) < 3 or sizes[-1] <= max(at_most // 2, 8)
