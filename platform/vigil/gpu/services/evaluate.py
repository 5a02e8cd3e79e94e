"""Compares what a model version says of a split with the truth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ml.contracts import EvaluationResult, ShouldStop, VideoTruth
from ml.evaluation.evaluate import evaluate
from ml.evaluation.sentence_embedding import installed_embedder
from vigil.gpu.services.prelabel import VideoFailure, predictions_make
from vigil.predictions.selectors import as_contract, predictions_of
from vigil.projects.errors import Invalid
from vigil.projects.models import Project
from vigil.registry.models import ModelVersion
from vigil.registry.services import model_metrics_set
from vigil.retraining.gate import metrics_json
from vigil.snapshots.selectors import frozen_truths
from vigil.videos.models import Split, Video


@dataclass(frozen=True)
class Evaluation:
    """The figures, and the videos that are not in them with the reason."""

    result: EvaluationResult
    failed: list[VideoFailure] = field(default_factory=list)


def evaluate_model(
    *,
    project: Project,
    model: ModelVersion,
    split: str = Split.TEST,
    truths: Sequence[VideoTruth] | None = None,
    should_stop: ShouldStop = lambda: False,
    on_video: Callable[[int, int], None] | None = None,
) -> tuple[dict[str, Any], list[VideoFailure]]:
    """The version's figures on a split, as `evaluate --json` prints them, and the videos that failed.

    `truths` None means the project's own frozen truth; figures on the frozen test split are kept with the version.

    Raises:
        Invalid: the split has no ready video, or no video could be predicted.
    """
    known = frozen_truths(project=project, split=split) if truths is None else list(truths)
    if not known:
        raise Invalid(f"project {project.name!r} has no ready video in the split '{split}'; give some in labels.csv")
    found = evaluate_split(version=model, truths=known, should_stop=should_stop, on_video=on_video)
    metrics = metrics_json(model.name, found.result)
    if truths is None and split == Split.TEST and not found.failed:
        model_metrics_set(version=model, metrics=metrics)
    return metrics, found.failed


def evaluate_split(
    *,
    version: ModelVersion,
    truths: Sequence[VideoTruth],
    should_stop: ShouldStop,
    on_video: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """The version's figures on videos whose truth is given; predictions that are missing are made.

    Raises:
        Invalid: not one video could be predicted.
        Stopped: it was asked to stop.
    """
    by_key = {truth.video.key: truth for truth in truths}
    videos = list(Video.objects.filter(project=version.project, sha256__in=by_key).order_by("pk"))
    made, failed = predictions_make(version=version, videos=videos, should_stop=should_stop, on_video=on_video)
    if failed and not made:
        video, error = failed[0]
        raise Invalid(f"none of {len(failed)} videos could be predicted; {video.name}: {error}")
    stored = predictions_of(model_version=version, videos=[one.video for one in made])
    predictions = [as_contract(one) for one in stored]
    known = [by_key[prediction.video_key] for prediction in predictions]
    result = evaluate(predictions, known, installed_embedder())
    return Evaluation(result, failed)
