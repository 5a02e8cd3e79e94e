"""All figures of a model version on videos whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ml.contracts import EvaluationResult, VideoPrediction, VideoTruth
from ml.errors import TruthInvalid
from ml.evaluation.metrics import (
    area_under_roc,
    average_precision,
    f1,
    matched_events,
    score_on_grid,
    truth_on_grid,
)

IOU_LEVELS = ("0.3", "0.5", "0.7")
BOUNDARY_IOU = 0.3
"""Edges are compared on events that match at this temporal IoU or better."""
Pair = tuple[VideoPrediction, VideoTruth]


def evaluate(predictions: Sequence[VideoPrediction], truths: Sequence[VideoTruth]) -> EvaluationResult:
    """Figures over the videos that have a truth.

    Raises:
        TruthInvalid: a truth without a prediction, by name, or no truth at all.
    """
    by_key = {prediction.video_key: prediction for prediction in predictions}
    missing = [truth.video.name for truth in truths if truth.video.key not in by_key]
    if missing or not truths:
        what = f"{missing[0]} has a truth but no prediction; pre-label it" if missing else "no video has a truth"
        raise TruthInvalid(f"cannot evaluate: {what}")
    pairs = [(by_key[truth.video.key], truth) for truth in truths]
    localised = [pair for pair in pairs if pair[1].is_localised]
    auc_o, ap = _frame_figures(localised)
    auc_a, _ = _frame_figures([pair for pair in localised if pair[1].segments])
    return EvaluationResult(
        videos=len(pairs),
        auc_o=auc_o,
        auc_a=auc_a,
        video_auc=_video_auc(pairs),
        ap=ap,
        event_f1={level: _event_f1(localised, float(level)) for level in IOU_LEVELS},
        boundary_error_s=_boundary_error_s(localised),
        judgement_accuracy=_judgement_accuracy(pairs),
    )


def is_abnormal(truth: VideoTruth) -> bool | None:
    """Whether something abnormal happens in the video; None where nobody knows."""
    if truth.segments:
        return True
    if truth.is_localised or truth.video.weak_label == "normal":
        return False
    return True if truth.video.weak_label == "abnormal" else None


def _frame_figures(pairs: Sequence[Pair]) -> tuple[float | None, float | None]:
    if not pairs:
        return None, None
    durations = [_duration_ms(pair) for pair in pairs]
    scores = [score_on_grid(prediction.scores, ms) for (prediction, _), ms in zip(pairs, durations, strict=True)]
    marks = [truth_on_grid(truth.segments, ms) for (_, truth), ms in zip(pairs, durations, strict=True)]
    joined, truth = np.concatenate(scores), np.concatenate(marks)
    return area_under_roc(truth, joined), average_precision(truth, joined)


def _duration_ms(pair: Pair) -> int:
    prediction, truth = pair
    return truth.video.duration_ms or prediction.scores.clip_end_ms[-1]


def _video_auc(pairs: Sequence[Pair]) -> float | None:
    known = [(max(prediction.scores.fused), is_abnormal(truth)) for prediction, truth in pairs]
    kept = [(score, label) for score, label in known if label is not None]
    return area_under_roc(np.array([label for _, label in kept], dtype=bool), np.array([score for score, _ in kept]))


def _event_f1(pairs: Sequence[Pair], min_iou: float) -> float | None:
    matches = predicted = real = 0
    for prediction, truth in pairs:
        matches += len(_matches(prediction, truth, min_iou))
        predicted += len(prediction.segments)
        real += len(truth.segments)
    return f1(matches, predicted, real)


def _matches(prediction: VideoPrediction, truth: VideoTruth, min_iou: float) -> list[tuple[int, int]]:
    return matched_events(
        [(segment.start_ms, segment.end_ms) for segment in prediction.segments],
        [(segment.start_ms, segment.end_ms) for segment in truth.segments],
        min_iou,
    )


def _boundary_error_s(pairs: Sequence[Pair]) -> float | None:
    """Mean distance of an edge from the true one, in seconds, over matched events."""
    errors_ms = []
    for prediction, truth in pairs:
        for index, place in _matches(prediction, truth, BOUNDARY_IOU):
            found, real = prediction.segments[index], truth.segments[place]
            errors_ms += [abs(found.start_ms - real.start_ms), abs(found.end_ms - real.end_ms)]
    return sum(errors_ms) / len(errors_ms) / 1000 if errors_ms else None


def _judgement_accuracy(pairs: Sequence[Pair]) -> float | None:
    """Share of videos about which the language model's yes or no is right."""
    hits = [
        prediction.judgement.is_abnormal == is_abnormal(truth)
        for prediction, truth in pairs
        if prediction.judgement is not None and is_abnormal(truth) is not None
    ]
    return sum(hits) / len(hits) if hits else None
