"""All figures of a model version on videos whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence

from ml.contracts import EvaluationResult, VideoPrediction, VideoTruth
from ml.errors import TruthInvalid
from ml.evaluation.figures import figures
from ml.evaluation.judged import Event, JudgedVideo
from ml.evaluation.metrics import score_on_grid, truth_on_grid
from ml.evaluation.text_figures import Embed

MS_PER_S = 1000.0


def evaluate(
    predictions: Sequence[VideoPrediction], truths: Sequence[VideoTruth], embed: Embed | None = None
) -> EvaluationResult:
    """Figures over the videos that have a truth, on a grid of 100 ms; `embed` compares sentences by their meaning.

    Raises:
        TruthInvalid: a truth without a prediction, by name, or no truth at all.
    """
    by_key = {prediction.video_key: prediction for prediction in predictions}
    missing = [truth.video.name for truth in truths if truth.video.key not in by_key]
    if missing or not truths:
        what = f"{missing[0]} has a truth but no prediction; pre-label it" if missing else "no video has a truth"
        raise TruthInvalid(f"cannot evaluate: {what}")
    return figures([judged(by_key[truth.video.key], truth) for truth in truths], embed=embed)


def judged(prediction: VideoPrediction, truth: VideoTruth) -> JudgedVideo:
    """A prediction beside its truth, all times in milliseconds."""
    duration_ms = truth.video.duration_ms or prediction.scores.clip_end_ms[-1]
    return JudgedVideo(
        name=truth.video.name,
        top_score=max(prediction.scores.fused),
        is_abnormal=is_abnormal(truth),
        scores_F=score_on_grid(prediction.scores, duration_ms),
        truth_F=truth_on_grid(truth.segments, duration_ms) if truth.is_localised else None,
        found=tuple(Event(one.start_ms, one.end_ms, one.explanation) for one in prediction.segments),
        real=tuple(Event(one.start_ms, one.end_ms, one.explanation) for one in truth.segments),
        duration=duration_ms,
        ticks_per_s=MS_PER_S,
        judgement=prediction.judgement,
    )


def is_abnormal(truth: VideoTruth) -> bool | None:
    """Whether something abnormal happens in the video; None where nobody knows."""
    if truth.segments:
        return True
    if truth.is_localised or truth.video.weak_label == "normal":
        return False
    return True if truth.video.weak_label == "abnormal" else None
