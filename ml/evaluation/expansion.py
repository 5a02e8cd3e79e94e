"""From scores as a detector gives them to a score for every frame, and from labelled spans to a mark for every frame.

Pure functions. Legend: N scores of a video as given, F places of its grid, one a frame (label lines) or one every
`step` milliseconds (truth in seconds). A span is half open, `[start, end)`, in the ticks of its file.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Span = tuple[int, int]
Rule = Literal["correct", "parity"]
"""Which spans are abnormal: `correct` those with start >= 0, `parity` those with start > 0 as the published code has it
(13 abnormal videos of TAD then hold no abnormal frame; reference section 4)."""
POSTPRESS_WINDOWS = 32
ROUNDING = 1e-9
"""In places: place 30 of a grid of 1000 / 30 ms is at 1000 ms, not a rounding error before it."""


def uniform_expansion(scores_N: NDArray[np.float64], places: int) -> NDArray[np.float64]:
    """`scores_N` spread evenly over the grid: score i is at places int(i F / N + .5) to int((i + 1) F / N + .5).

    With more scores than places, some scores are at no place (reference section 3.2).
    """
    edges = (np.arange(len(scores_N) + 1) * places / len(scores_N) + 0.5).astype(np.int64)
    scores_F: NDArray[np.float64] = np.repeat(scores_N, np.diff(edges))
    return scores_F


def repeat_expansion(scores_N: NDArray[np.float64], places: int, repeat: int) -> NDArray[np.float64]:
    """Each score at `repeat` places in a row, cut where the grid ends.

    The result may be shorter than the grid by less than one repeat: the last places have no score and are then left
    out of the figures, as those who repeat snippet scores 16 times do.

    Raises:
        ValueError: the scores are for a video that is longer or shorter by a whole repeat or more.
    """
    if not places - repeat < len(scores_N) * repeat < places + repeat:
        fitting = " or ".join(sorted({f"{places // repeat}", f"{math.ceil(places / repeat)}"}, key=int))
        raise ValueError(f"{len(scores_N)} scores of {repeat} frames do not fit {places} frames; {fitting} would")
    scores_F: NDArray[np.float64] = np.repeat(scores_N, repeat)[:places]
    return scores_F


def timed_expansion(
    scores_N: NDArray[np.float64], starts_N: NDArray[np.float64], places: int, step: float
) -> NDArray[np.float64]:
    """The score of the clip that each place of the grid lies in; `starts_N` and `step` in the same unit of time.

    Before the first clip it is the first score, after the last clip the last.
    """
    clip_F = np.searchsorted(starts_N, (np.arange(places) + ROUNDING) * step, side="right") - 1
    scores_F: NDArray[np.float64] = scores_N[clip_F.clip(0)]
    return scores_F


def postpress(scores_F: NDArray[np.float64], windows: int = POSTPRESS_WINDOWS) -> NDArray[np.float64]:
    """Each score replaced by the mean of its window: `windows` windows of floor(F / windows) places and a rest.

    A video with fewer places than windows stays as it is (reference section 3.2).
    """
    size = len(scores_F) // windows
    if size == 0:
        return scores_F.copy()
    body = scores_F[: size * windows].reshape(windows, size).mean(axis=1).repeat(size)
    rest = scores_F[size * windows :]
    return np.concatenate([body, np.full(len(rest), rest.mean())]) if len(rest) else body


def spans_by_rule(spans: Iterable[Span], rule: Rule, *, is_normal: bool) -> tuple[Span, ...]:
    """The spans that count as abnormal, in the order of the file.

    TAD writes a normal video of L frames as the span `0 L` of class 0. `parity` drops it because it starts at 0,
    `correct` because the video `is_normal` by its class.
    """
    if rule == "parity":
        return tuple(span for span in spans if span[0] > 0)
    return () if is_normal else tuple(span for span in spans if span[0] >= 0)


def marks(spans: Iterable[Span], places: int, step: float = 1.0) -> NDArray[np.bool_]:
    """Whether something abnormal goes on at each place of the grid: at 0, `step`, 2 `step`, ... ticks."""
    marks_F = np.zeros(places, dtype=np.bool_)
    for start, end in spans:
        first, last = (max(0, math.ceil(edge / step - ROUNDING)) for edge in (start, end))
        marks_F[first:last] = True
    return marks_F


def runs(marks_F: NDArray[np.bool_]) -> list[Span]:
    """The stretches of True, as places."""
    padded = np.concatenate([[False], marks_F, [False]])
    starts_and_ends = np.flatnonzero(padded[1:] != padded[:-1])
    return [(int(start), int(end)) for start, end in starts_and_ends.reshape(-1, 2)]
