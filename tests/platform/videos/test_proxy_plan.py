"""Sizes, rates and geometry by arithmetic alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigil.videos.probing import Probe
from vigil.videos.proxy_plan import filmstrip_plan, is_browser_ready, proxy_size

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
    starts_anew=True,
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
        {"starts_anew": False},
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


@given(st.integers(1, 2**31 - 1), st.integers(2, 1280), st.integers(2, 1280))
def test_the_filmstrip_covers_the_video_and_stays_small(duration_ms: int, width: int, height: int) -> None:
    strip = filmstrip_plan(duration_ms, width, height)

    assert strip.count * strip.interval_ms >= duration_ms > (strip.count - 1) * strip.interval_ms
    assert strip.count <= 240
    assert strip.columns * strip.rows >= strip.count > strip.columns * (strip.rows - 1)
    assert strip.tile_width <= 160
    assert strip.tile_height <= 120
