"""Windows cover what they should and no more than a model can be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.contracts import ScoreTrack
from ml.profiles.language import LanguageProfile
from ml.profiles.loading import load_profile
from ml.text.times import Window
from ml.text.windows import clips_in, highest_score, message_about, segment_window, suspicious_tiles, tiles
from tests.ml.scored_videos import CLIP_MS, track

PUBLISHED = load_profile("vad_llama_7b_published").language
PROFILE = LanguageProfile(window_ms=10_000, max_windows=2, margin=0.5, min_margin_ms=2_000)


def test_a_segment_is_shown_with_half_its_length_on_each_side() -> None:
    window = segment_window(20_000, 30_000, scores=track([0.1] * 30), duration_ms=60_000, profile=PROFILE)

    assert (window.start_ms, window.end_ms, window.slots) == (15_000, 35_000, PROFILE.slots)


def test_a_short_segment_gets_the_least_margin_and_the_video_ends_it() -> None:
    window = segment_window(500, 1_500, scores=track([0.1] * 2), duration_ms=3_000, profile=PROFILE)

    assert (window.start_ms, window.end_ms) == (0, 3_000)


@given(duration_ms=st.integers(0, 10**7))
def test_tiles_cover_the_video_without_gap_or_overlap(duration_ms: int) -> None:
    shown = tiles(duration_ms, track([0.1]), PROFILE)

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


def snippets(duration_ms: int, fused: tuple[float, ...] = (0.1,) * 16) -> ScoreTrack:
    """The 16 clips that the published sampling makes of any video."""
    edges = [round(duration_ms * i / 16) for i in range(17)]
    return ScoreTrack(tuple(edges[:-1]), tuple(edges[1:]), fused, fused, fused, fused)


@pytest.mark.parametrize("duration_ms", [700, 31_700, 90_000, 3_600_000])
def test_where_clips_are_shown_each_window_is_a_clip_and_names_its_eight_frames(duration_ms: int) -> None:
    scores = snippets(duration_ms)
    shown = tiles(duration_ms, scores, PUBLISHED)

    assert [(window.start_ms, window.end_ms) for window in shown] == list(
        zip(scores.clip_start_ms, scores.clip_end_ms, strict=True)
    )
    assert all("contains 8 frames" in message_about(scores, window, PUBLISHED) for window in shown)


def test_where_clips_are_shown_a_segment_is_shown_by_its_highest_clip() -> None:
    scores = snippets(32_000, (0.1, 0.2, 0.7, 0.9, 0.8, *[0.95] * 11))

    assert segment_window(3_500, 10_400, scores=scores, duration_ms=32_000, profile=PUBLISHED) == Window(6000, 8000, 1)


def test_where_clips_are_shown_the_most_suspicious_ones_are_judged() -> None:
    scores = snippets(32_000, tuple(0.9 - 0.01 * i if i % 2 else 0.1 for i in range(16)))
    shown = suspicious_tiles(32_000, scores, PUBLISHED)

    assert [window.start_ms for window in shown] == [2_000 + 4_000 * i for i in range(8)]


def test_the_clips_of_an_interval_share_half_of_themselves_or_of_it() -> None:
    scores = track([0.1] * 5)

    assert clips_in(scores, 900, 5_200) == (0, 1, 2)
    assert clips_in(scores, 1_100, 4_900) == (1,)
    assert clips_in(scores, 1_900, 2_300) == (1,)
    assert clips_in(scores, 1_000, 3_000) == (0, 1)
    assert clips_in(scores, 2_000, 2_000) == (1,)
    assert clips_in(scores, 50_000, 51_000) == (4,)
