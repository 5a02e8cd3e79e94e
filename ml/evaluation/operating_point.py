"""What a threshold does to the frames of all videos: precision, recall, F1, accuracy; and the best threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

from ml.evaluation.metrics import f1


@dataclass(frozen=True)
class FrameCounts:
    """Frames by score at or above a threshold or not, and by truth."""

    hits: int
    false_alarms: int
    misses: int
    quiet: int

    @property
    def precision(self) -> float | None:
        return _share(self.hits, self.hits + self.false_alarms)

    @property
    def recall(self) -> float | None:
        return _share(self.hits, self.hits + self.misses)

    @property
    def f1(self) -> float | None:
        return f1(self.hits, self.hits + self.false_alarms, self.hits + self.misses)

    @property
    def accuracy(self) -> float:
        right = self.hits + self.quiet
        return right / (right + self.false_alarms + self.misses)


def counts_at(truth_F: NDArray[np.bool_], scores_F: NDArray[np.float64], threshold: float) -> FrameCounts:
    """The frames at one threshold; a score that equals the threshold is above it."""
    said_F = scores_F >= threshold
    hits, said, real = int((said_F & truth_F).sum()), int(said_F.sum()), int(truth_F.sum())
    return FrameCounts(hits, said - hits, real - hits, len(truth_F) - said - real + hits)


def best_threshold(truth_F: NDArray[np.bool_], scores_F: NDArray[np.float64]) -> float | None:
    """The threshold with the highest F1 of frames, chosen on the truth itself; None where only one kind is present."""
    if not 0 < truth_F.sum() < len(truth_F):
        return None
    precision, recall, thresholds = precision_recall_curve(truth_F, scores_F)
    # F1 with the same zero for precision = recall = 0; the last point of the curve has no threshold.
    both = precision[:-1] + recall[:-1]
    harmonic = np.divide(2 * precision[:-1] * recall[:-1], both, out=np.zeros_like(both), where=both > 0)
    return float(thresholds[int(harmonic.argmax())])


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
