"""Pure decisions about renditions: size, rate, filmstrip, and whether the original serves a browser as it is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from vigil.videos.probing import Probe

PROXY_LONG_SIDE, PROXY_SHORT_SIDE = 1280, 720
RATE_MIN, RATE_MAX = Fraction(2), Fraction(30)
ROUNDED_TIMES = Fraction(101, 100)
"""Times in whole milliseconds make 60 fps look like 60.02, which is no reason to go down to 15."""
ALMOST_HALF = Fraction(47, 100)
TILE_WIDTH, TILE_HEIGHT = 160, 120
TILES_MAX, TILE_COLUMNS, TILE_INTERVAL_MIN_MS = 240, 16, 500
LINK_KEYFRAME_GAP_MS, LINK_FPS_MAX = 1050, 60.5
PLAYABLE_AUDIO = {"", "aac", "mp3", "mp3float"}


@dataclass(frozen=True)
class Filmstrip:
    """One JPEG of `columns` x `rows` tiles; tile n shows what is on screen at n * interval_ms."""

    columns: int
    rows: int
    tile_width: int
    tile_height: int
    interval_ms: int
    count: int


def is_browser_ready(probe: Probe) -> bool:
    """Whether the original can be the proxy as it is: H.264 MP4, constant rate, short GOP, index in front, upright."""
    return (
        probe.container.startswith("mov,mp4")
        and probe.codec == "h264"
        and probe.pix_fmt == "yuv420p"
        and probe.audio_codec in PLAYABLE_AUDIO
        and not probe.is_variable_rate
        and probe.fps <= LINK_FPS_MAX
        and probe.start_ms == 0
        and probe.keyframe_gap_ms <= LINK_KEYFRAME_GAP_MS
        and probe.is_faststart
        and probe.rotation == 0
        and (probe.width, probe.height) == (probe.coded_width, probe.coded_height)
        and (probe.width, probe.height) == proxy_size(probe.width, probe.height)
    )


def proxy_size(width: int, height: int) -> tuple[int, int]:
    """The size of the proxy: even numbers, inside 1280x720 (or 720x1280), never larger than the source."""
    long_side, short_side = max(width, height), min(width, height)
    scale = min(1.0, PROXY_LONG_SIDE / long_side, PROXY_SHORT_SIDE / short_side)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def proxy_rate(fps: float, is_variable_rate: bool, times_ms: Sequence[int]) -> Fraction:
    """The proxy's constant rate, at most 30.

    A variable source gets the rate of its dense stretches: at its average rate, frames there would be lost.
    """
    if is_variable_rate:
        steps = sorted(b - a for a, b in pairwise(times_ms) if b > a)
        fps = max(fps, 1000 / steps[len(steps) // 10]) if steps else fps
        return min(RATE_MAX, max(RATE_MIN, Fraction(fps).limit_denominator(1001)))
    rate = Fraction(fps).limit_denominator(1001)
    while rate > RATE_MAX * ROUNDED_TIMES:
        rate /= 2
    return min(RATE_MAX, max(RATE_MIN, rate))


def filmstrip_plan(duration_ms: int, width: int, height: int) -> Filmstrip:
    """The geometry of the filmstrip of a video shown at `width` x `height`."""
    interval_ms = max(TILE_INTERVAL_MIN_MS, math.ceil(duration_ms / TILES_MAX))
    count = max(1, math.ceil(duration_ms / interval_ms))
    columns = min(count, TILE_COLUMNS)
    scale = min(TILE_WIDTH / width, TILE_HEIGHT / height)
    return Filmstrip(
        columns=columns,
        rows=math.ceil(count / columns),
        tile_width=max(2, round(width * scale / 2) * 2),
        tile_height=max(2, round(height * scale / 2) * 2),
        interval_ms=interval_ms,
        count=count,
    )


def first_tick(time_ms: int, rate: Fraction) -> int:
    """The frame of a constant-rate video at which a source frame shown from `time_ms` on first appears.

    The nearest one, so that seeking to the middle of a source frame always shows that frame. A frame halfway
    between two ticks (every second one when 60 fps become 30) goes to the later, whichever way its time was rounded.
    """
    return math.ceil(time_ms * rate / 1000 - ALMOST_HALF)
