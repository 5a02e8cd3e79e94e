"""Figures of several runs, such as seeds, as mean and spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from ml.contracts import EvaluationResult, to_json

FIGURES: Mapping[str, str] = {
    "auc_o": "AUC, all videos (AUC_O)",
    "auc_a": "AUC, abnormal videos (AUC_A)",
    "ap": "Average precision",
    "video_auc": "Video AUC",
    "event_f1.0.3": "Event F1 at tIoU 0.3",
    "event_f1.0.5": "Event F1 at tIoU 0.5",
    "event_f1.0.7": "Event F1 at tIoU 0.7",
    "boundary_error_s": "Boundary error, seconds",
    "calibration.ece": "Calibration error (ECE, 10 bins)",
    "calibration.brier": "Brier score",
    "operating_point.precision": "Frame precision at the threshold",
    "operating_point.recall": "Frame recall at the threshold",
    "operating_point.f1": "Frame F1 at the threshold",
    "operating_point.accuracy": "Frame accuracy at the threshold",
    "operating_point.false_alarms_per_hour": "False alarms an hour",
    "operating_point.best_f1": "Best frame F1 at any threshold",
    "operating_point.best_threshold": "  that threshold (chosen on the truth)",
    "judgement_accuracy": "Judgement accuracy",
    "text.own_words": "  of them in the model's own words",
    "text.interval_iou": "Interval IoU from the text",
    "text.chrf": "chrF against people's sentences",
    "text.bleu": "BLEU-4 of the same",
    "text.similarity": "Embedding similarity of the same",
}
"""Every figure that is one number, by its place in the JSON, with its title, in the order in which people read them."""


@dataclass(frozen=True)
class Spread:
    """One figure over the runs that have it."""

    mean: float
    std: float | None
    """Sample standard deviation (n - 1); None of one run."""
    low: float
    high: float
    runs: int


def flat_figures(result: EvaluationResult) -> dict[str, float | None]:
    """Each figure of `FIGURES`; None where the result has none."""
    values = to_json(result)
    return {key: _value(values, key) for key in FIGURES}


def spreads(results: Sequence[EvaluationResult]) -> dict[str, Spread | None]:
    """Mean and spread of each figure of `FIGURES`; None where no run has it."""
    flat = [flat_figures(result) for result in results]
    return {key: _spread([one[key] for one in flat]) for key in FIGURES}


def _spread(values: Sequence[float | None]) -> Spread | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    std = stdev(known) if len(known) > 1 else None
    return Spread(fmean(known), std, min(known), max(known), len(known))


def _value(values: Mapping[str, object], key: str) -> float | None:
    outer, _, inner = key.partition(".")
    found = values.get(outer)
    if isinstance(found, Mapping):
        found = found.get(inner)
    return float(found) if isinstance(found, int | float) else None
