"""Pure decisions about renditions: size, filmstrip, and whether the original serves a browser as it is."""

import math
from dataclasses import dataclass

from vigil.videos.probing import Probe

PROXY_LONG_SIDE, PROXY_SHORT_SIDE = 1280, 720
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
    """Whether the original can be the proxy as it is: upright H.264 MP4, constant rate, short closed GOPs."""
    return (
        probe.container.startswith("mov,mp4")
        and probe.codec == "h264"
        and probe.pix_fmt == "yuv420p"
        and probe.audio_codec in PLAYABLE_AUDIO
        and not probe.is_variable_rate
        and probe.fps <= LINK_FPS_MAX
        and probe.start_ms == 0
        and probe.starts_anew
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
