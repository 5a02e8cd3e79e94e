"""How far two intervals of a video are the same: temporal intersection over union."""

from typing import Protocol


class Interval(Protocol):
    """Half open, in milliseconds of presentation time."""

    @property
    def start_ms(self) -> int: ...

    @property
    def end_ms(self) -> int: ...


def temporal_iou(a: Interval, b: Interval) -> float:
    """Intersection over union of the two intervals, in [0, 1]."""
    return overlap(a.start_ms, a.end_ms, b.start_ms, b.end_ms)


def overlap(start_ms: int, end_ms: int, other_start_ms: int, other_end_ms: int) -> float:
    """The same of two intervals given by their edges."""
    shared_ms = min(end_ms, other_end_ms) - max(start_ms, other_start_ms)
    if shared_ms <= 0:
        return 0.0
    return shared_ms / (max(end_ms, other_end_ms) - min(start_ms, other_start_ms))
