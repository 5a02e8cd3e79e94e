"""Figures that follow from the times of the frames."""

from fractions import Fraction

import pytest

from vigil.videos.frame_scan import FrameScan

MS = Fraction(1, 1000)


def scanned(*pts: int, time_base: Fraction = MS, last: int = 40, keyframes: tuple[int, ...] = (0,)) -> FrameScan:
    return FrameScan(list(pts), time_base, last, list(keyframes), is_from_packets=True, starts_anew=True)


def test_an_ntsc_clock_is_read_exactly() -> None:
    scan = scanned(*(1001 * n for n in range(300)), time_base=Fraction(1, 30000), last=1001)

    assert scan.fps == pytest.approx(30000 / 1001, abs=1e-9)
    assert scan.duration_ms == 10010
    assert scan.times_ms[:4] == [0, 33, 67, 100]
    assert not scan.is_variable_rate


@pytest.mark.parametrize(
    ("pts", "is_variable"),
    [([0, 33, 67, 100, 133], False), ([0, 40, 80, 160, 200], True), ([0, 40, 82, 119, 161], True), ([0], False)],
)
def test_rounding_is_not_a_variable_rate_and_a_gap_is(pts: list[int], is_variable: bool) -> None:
    assert scanned(*pts).is_variable_rate == is_variable


def test_the_longest_way_between_keyframes_counts_the_way_to_the_end() -> None:
    scan = scanned(*range(0, 4000, 40), keyframes=(0, 1000, 1480))

    assert scan.keyframe_gap_ms == 2520


def test_a_single_frame_has_the_rate_of_its_duration() -> None:
    assert (scanned(0, last=40).fps, scanned(0, last=40).duration_ms) == (25, 40)


def test_a_frame_without_a_duration_still_lasts() -> None:
    assert scanned(0, last=0).duration_ms >= 1
