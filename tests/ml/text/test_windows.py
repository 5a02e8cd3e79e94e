"""Windows cover what they should and no more than a model can be shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ml.profiles.language import LanguageProfile
from ml.text.windows import highest_score, segment_window, suspicious_tiles, tiles
from tests.ml.scored_videos import CLIP_MS, track

PROFILE = LanguageProfile(window_ms=10_000, max_windows=2, margin=0.5, min_margin_ms=2_000)


def test_a_segment_is_shown_with_half_its_length_on_each_side() -> None:
    window = segment_window(20_000, 30_000, duration_ms=60_000, profile=PROFILE)

    assert (window.start_ms, window.end_ms, window.slots) == (15_000, 35_000, PROFILE.slots)


def test_a_short_segment_gets_the_least_margin_and_the_video_ends_it() -> None:
    window = segment_window(500, 1_500, duration_ms=3_000, profile=PROFILE)

    assert (window.start_ms, window.end_ms) == (0, 3_000)


@given(duration_ms=st.integers(0, 10**7))
def test_tiles_cover_the_video_without_gap_or_overlap(duration_ms: int) -> None:
    shown = tiles(duration_ms, PROFILE)

    assert shown[0].start_ms == 0
    assert shown[-1].end_ms == max(duration_ms, 1_000)
    assert all(a.end_ms == b.start_ms for a, b in zip(shown, shown[1:], strict=False))
    assert all(window.end_ms - window.start_ms <= PROFILE.window_ms for window in shown)


def test_of_a_long_video_the_most_suspicious_tiles_are_shown_in_order() -> None:
    scores = [0.1] * 25
    scores[2], scores[17], scores[23] = 0.5, 0.9, 0.7
    shown = suspicious_tiles(25 * CLIP_MS, track(scores), PROFILE)

    assert [(window.start_ms, window.end_ms) for window in shown] == [(30_000, 40_000), (40_000, 50_000)]


def test_a_short_video_is_shown_whole() -> None:
    shown = suspicious_tiles(8_000, track([0.1] * 4), PROFILE)

    assert [(window.start_ms, window.end_ms) for window in shown] == [(0, 8_000)]


def test_the_highest_score_is_that_of_overlapping_clips() -> None:
    scores = track([0.1, 0.9, 0.2])

    assert highest_score(scores, 0, 2_000) == 0.1
    assert highest_score(scores, 0, 2_001) == 0.9
    assert highest_score(scores, 90_000, 91_000) == 0.0
