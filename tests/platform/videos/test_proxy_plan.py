"""Sizes, rates and geometry by arithmetic alone."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigil.videos.probing import Probe
from vigil.videos.proxy_plan import filmstrip_plan, first_tick, is_browser_ready, proxy_rate, proxy_size

READY = Probe(
    container="mov,mp4,m4a,3gp,3g2,mj2",
    codec="h264",
    pix_fmt="yuv420p",
    audio_codec="aac",
    width=640,
    height=360,
    coded_width=640,
    coded_height=360,
    rotation=0,
    fps=25.0,
    frame_count=250,
    duration_ms=10_000,
    start_ms=0,
    is_variable_rate=False,
    keyframe_gap_ms=1000,
    is_faststart=True,
    is_timed_by_packets=True,
    packed_times=b"",
)


def test_a_browser_ready_video_is_kept_as_it_is() -> None:
    assert is_browser_ready(READY)


@pytest.mark.parametrize(
    "change",
    [
        {"container": "matroska,webm"},
        {"codec": "hevc"},
        {"pix_fmt": "yuvj420p"},
        {"audio_codec": "pcm_s16le"},
        {"is_variable_rate": True},
        {"keyframe_gap_ms": 2000},
        {"is_faststart": False},
        {"rotation": 90},
        {"start_ms": 40},
        {"fps": 120.0},
        {"width": 480},
        {"width": 1920, "coded_width": 1920, "height": 1080, "coded_height": 1080},
    ],
)
def test_anything_a_browser_stumbles_over_asks_for_a_proxy(change: dict[str, object]) -> None:
    assert not is_browser_ready(replace(READY, **change))  # type: ignore[arg-type]


@given(st.integers(1, 8192), st.integers(1, 8192))
def test_the_proxy_is_even_small_and_never_much_larger_than_the_source(width: int, height: int) -> None:
    shown = proxy_size(width, height)

    assert all(side % 2 == 0 and side >= 2 for side in shown)
    assert max(shown) <= 1280
    assert min(shown) <= 720
    assert shown[0] <= max(2, width + 1)
    assert shown[1] <= max(2, height + 1)


@pytest.mark.parametrize(
    ("fps", "rate"),
    [
        (30000 / 1001, Fraction(30000, 1001)),
        (25, Fraction(25)),
        (12.5, Fraction(25, 2)),
        (60, Fraction(30)),
        (60.017, Fraction(30)),
        (50, Fraction(25)),
        (120, Fraction(30)),
        (0.2, Fraction(2)),
    ],
)
def test_a_constant_rate_is_kept_or_halved(fps: float, rate: Fraction) -> None:
    assert proxy_rate(fps, False, []) == rate


def test_a_variable_rate_gets_the_rate_of_its_dense_stretches() -> None:
    sparse_then_dense = [*range(0, 60_000, 1000), *range(60_000, 70_000, 40)]

    assert proxy_rate(310 / 70, True, sparse_then_dense) == 25


@given(st.lists(st.integers(0, 60_000), min_size=2, unique=True), st.integers(2, 30))
def test_the_middle_of_a_frame_that_lasts_a_tick_shows_that_frame(times_ms: list[int], fps: int) -> None:
    times_ms.sort()
    for start, end in pairwise(times_ms):
        if (end - start) * fps >= 1100:
            tick_at_middle = (start + end) * fps // 2000
            assert first_tick(start, Fraction(fps)) <= tick_at_middle < first_tick(end, Fraction(fps))


@given(st.integers(1, 2**31 - 1), st.integers(2, 1280), st.integers(2, 1280))
def test_the_filmstrip_covers_the_video_and_stays_small(duration_ms: int, width: int, height: int) -> None:
    strip = filmstrip_plan(duration_ms, width, height)

    assert strip.count * strip.interval_ms >= duration_ms > (strip.count - 1) * strip.interval_ms
    assert strip.count <= 240
    assert strip.columns * strip.rows >= strip.count > strip.columns * (strip.rows - 1)
    assert strip.tile_width <= 160
    assert strip.tile_height <= 120
