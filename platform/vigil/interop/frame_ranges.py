"""Milliseconds to Label Studio's frames and back. Pure.

Label Studio counts frames from 1 and includes both ends; nothing in an annotation says at which rate. The margin of
half a millisecond covers that our times are whole milliseconds: without it between a quarter and a half of all
frames come back off by one at rates such as 23.976 or 29.97.
"""

import math
from dataclasses import dataclass

MARGIN_S = 0.00051


@dataclass(frozen=True)
class FrameRange:
    start: int
    end: int


def frames_of(start_ms: int, end_ms: int, fps: float, frames_count: int | None = None) -> FrameRange:
    """The frames shown during [start_ms, end_ms), at least one."""
    margin = MARGIN_S * fps
    start = math.floor(start_ms / 1000 * fps + margin) + 1
    end = max(start, math.ceil(end_ms / 1000 * fps - margin))
    if frames_count is not None:
        start, end = min(start, frames_count), min(end, frames_count)
    return FrameRange(max(1, start), max(1, end))


def interval_of(frames: FrameRange, fps: float) -> tuple[int, int]:
    """The interval in milliseconds during which these frames are shown."""
    return round((frames.start - 1) / fps * 1000), round(frames.end / fps * 1000)
