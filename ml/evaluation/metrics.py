"""Figures of a detector against the truth. Pure functions on scores and intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from ml.contracts import ScoreTrack, TruthSegment
from ml.evaluation.expansion import marks, timed_expansion

GRID_MS = 100
"""Frame-level figures are taken on a grid of this step: the same for every frame rate."""
Interval = tuple[int, int]


def score_on_grid(track: ScoreTrack, duration_ms: int) -> NDArray[np.float64]:
    """Fused score at 0, 100, 200, ... ms; the last clip's score after the last clip."""
    scores_N, starts_N = np.asarray(track.fused, dtype=np.float64), np.asarray(track.clip_start_ms, dtype=np.float64)
    return timed_expansion(scores_N, starts_N, grid_places(duration_ms), GRID_MS)


def truth_on_grid(segments: Sequence[TruthSegment], duration_ms: int) -> NDArray[np.bool_]:
    """Whether something abnormal goes on at 0, 100, 200, ... ms."""
    return marks([(one.start_ms, one.end_ms) for one in segments], grid_places(duration_ms), GRID_MS)


def grid_places(duration_ms: int) -> int:
    """Places of the grid before the end of the video; at least one."""
    return max(math.ceil(duration_ms / GRID_MS), 1)


def area_under_roc(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float | None:
    """ROC AUC, or None where only one kind is present."""
    return float(roc_auc_score(truth, scores)) if 0 < truth.sum() < len(truth) else None


def average_precision(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float | None:
    """Average precision, or None where only one kind is present."""
    return float(average_precision_score(truth, scores)) if 0 < truth.sum() < len(truth) else None


def temporal_iou(one: Interval, other: Interval) -> float:
    """Shared time over joint time of two intervals."""
    shared = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    joint = (one[1] - one[0]) + (other[1] - other[0]) - shared
    return shared / joint if joint > 0 else 0.0


def matched_events(predicted: Sequence[Interval], truth: Sequence[Interval], min_iou: float) -> list[tuple[int, int]]:
    """Pairs (predicted, true) with at least `min_iou`, best first, each event in one pair at most."""
    pairs = sorted(
        (
            (temporal_iou(one, other), -index, -place)
            for index, one in enumerate(predicted)
            for place, other in enumerate(truth)
        ),
        reverse=True,
    )
    taken_predicted: set[int] = set()
    taken_truth: set[int] = set()
    matches = []
    for iou, index, place in pairs:
        if iou < min_iou or -index in taken_predicted or -place in taken_truth:
            continue
        taken_predicted.add(-index)
        taken_truth.add(-place)
        matches.append((-index, -place))
    return matches


def f1(matches: int, predicted: int, truth: int) -> float | None:
    """F1 of events, or None where there is neither a true nor a predicted one."""
    return 2 * matches / (predicted + truth) if predicted + truth else None
