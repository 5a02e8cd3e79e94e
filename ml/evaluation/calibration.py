"""Whether scores can be read as probabilities: reliability table, expected calibration error, Brier score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.contracts import CalibrationFigures, ReliabilityBin

BINS = 10
"""Bins of equal width over [0, 1]: [0, 0.1), [0.1, 0.2), ..., [0.9, 1]."""


def calibration(
    truth_F: NDArray[np.bool_], scores_F: NDArray[np.float64], bins: int = BINS
) -> CalibrationFigures | None:
    """Calibration of frame scores, or None where there is no frame or a score that is no probability."""
    if len(scores_F) == 0 or scores_F.min() < 0 or scores_F.max() > 1:
        return None
    # The edges as they are written, so that a score of 0.3 is in the bin that begins with 0.3.
    edges = np.array([number / bins for number in range(1, bins)])
    bin_F = np.searchsorted(edges, scores_F, side="right")
    counts = np.bincount(bin_F, minlength=bins)
    score_sums = np.bincount(bin_F, weights=scores_F, minlength=bins)
    truth_sums = np.bincount(bin_F, weights=truth_F, minlength=bins)
    return CalibrationFigures(
        ece=float(np.abs(score_sums - truth_sums).sum() / len(scores_F)),
        brier=float(((scores_F - truth_F) ** 2).mean()),
        bins=tuple(
            ReliabilityBin(
                low=number / bins,
                high=(number + 1) / bins,
                frames=int(counts[number]),
                mean_score=float(score_sums[number] / counts[number]),
                abnormal_share=float(truth_sums[number] / counts[number]),
            )
            for number in range(bins)
            if counts[number]
        ),
    )
