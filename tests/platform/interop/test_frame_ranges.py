"""Milliseconds survive the way to Label Studio's frames and back."""

from hypothesis import given
from hypothesis import strategies as st

from vigil.interop.frame_ranges import FrameRange, frames_of, interval_of

RATES = [1, 10, 12.5, 15, 23.976, 24, 24000 / 1001, 25, 29.97, 30000 / 1001, 30, 30.007, 50, 59.94, 60, 120, 240]
DAY_MS = 24 * 3600 * 1000


def test_the_documented_example() -> None:
    frames = frames_of(1000, 2000, 25)
    assert frames == FrameRange(26, 50)
    assert interval_of(frames, 25) == (1000, 2000)


@given(fps=st.sampled_from(RATES), first=st.integers(0, 10**7), length=st.integers(1, 10**5))
def test_edges_on_frames_come_back_to_the_millisecond(fps: float, first: int, length: int) -> None:
    start_ms, end_ms = round(first / fps * 1000), round((first + length) / fps * 1000)
    frames = frames_of(start_ms, end_ms, fps)
    assert frames == FrameRange(first + 1, first + length)
    assert interval_of(frames, fps) == (start_ms, end_ms)


@given(fps=st.sampled_from(RATES), start_ms=st.integers(0, DAY_MS), length_ms=st.integers(1, 10**6))
def test_any_interval_is_covered_within_a_frame(fps: float, start_ms: int, length_ms: int) -> None:
    frames = frames_of(start_ms, start_ms + length_ms, fps)
    back_start_ms, back_end_ms = interval_of(frames, fps)
    frame_ms = 1000 / fps
    assert start_ms - frame_ms - 1 <= back_start_ms <= start_ms + 1
    assert start_ms + length_ms - 1 <= back_end_ms <= start_ms + length_ms + frame_ms + 1


def test_frames_stay_inside_the_video() -> None:
    assert frames_of(9_990, 10_040, 25, frames_count=250) == FrameRange(250, 250)
