"""One video as every figure sees it: scores and truth on one grid, events, and the words that go with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.contracts import Judgement
from ml.evaluation.metrics import Interval, matched_events


@dataclass(frozen=True)
class Event:
    """Something abnormal, `[start, end)` in ticks of its video, with the words about it if there are any."""

    start: int
    end: int
    text: str = ""

    @property
    def interval(self) -> Interval:
        return self.start, self.end


@dataclass(frozen=True)
class JudgedVideo:
    """What a detector said of a video beside what is true. F: places of the video's grid."""

    name: str
    top_score: float
    """The highest score of the video, as it was given."""
    is_abnormal: bool | None
    """By the video's label or its events; None where nobody knows."""
    scores_F: NDArray[np.float64]
    truth_F: NDArray[np.bool_] | None
    """None where only the video's label is known; such a video counts for figures of whole videos alone."""
    found: tuple[Event, ...]
    real: tuple[Event, ...]
    duration: float
    """In ticks."""
    ticks_per_s: float | None
    """1000 where events are in milliseconds, frames per second where they are in frames; None where unknown."""
    judgement: Judgement | None = None

    def matches(self, min_iou: float) -> list[tuple[Event, Event]]:
        """Pairs (found, real) with at least this temporal IoU, best first, each event in one pair at most."""
        pairs = matched_events(
            [event.interval for event in self.found], [event.interval for event in self.real], min_iou
        )
        return [(self.found[index], self.real[place]) for index, place in pairs]

    @property
    def false_alarms(self) -> int:
        """Found events that touch no true event."""
        return sum(not any(_touch(event, real) for real in self.real) for event in self.found)

    @property
    def hours(self) -> float | None:
        """How long the video is, where that is known."""
        return None if self.ticks_per_s is None else self.duration / self.ticks_per_s / 3600


def joined(videos: Sequence[JudgedVideo]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Truth and scores of all places of all localised videos, one after the other."""
    kept = [(video.truth_F, video.scores_F) for video in videos if video.truth_F is not None]
    if not kept:
        return np.zeros(0, dtype=np.bool_), np.zeros(0)
    return np.concatenate([truth_F for truth_F, _ in kept]), np.concatenate([scores_F for _, scores_F in kept])


def _touch(one: Event, other: Event) -> bool:
    return one.start < other.end and other.start < one.end
