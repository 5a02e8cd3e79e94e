"""Asks for predictions and stores them, once each."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from ml.contracts import VideoPrediction, to_json
from vigil.config.nudges import nudge
from vigil.predictions.embeddings import embeddings_store
from vigil.predictions.models import PredictedSegment, Prediction, PrelabelRequest
from vigil.projects.errors import Conflict, Invalid
from vigil.projects.models import Project
from vigil.projects.work import WorkState
from vigil.registry.models import ModelVersion
from vigil.registry.selectors import production_model
from vigil.videos.models import Video

PRELABEL_TASK = "vigil.gpu.tasks.prelabel_next"


@transaction.atomic
def prelabels_request(*, project: Project, model_version: ModelVersion, videos: Iterable[Video] | None = None) -> int:
    """Asks for the version's prediction of each video (None: all that are ready); how many are now waiting.

    What the version already predicted is not asked for again; what failed or was cancelled is.
    """
    if model_version.project_id != project.pk:
        raise Invalid(f"{model_version.name} belongs to another project than {project.name!r}; name one of its own")
    ready = Video.objects.filter(project=project, state=WorkState.SUCCEEDED)
    if videos is not None:
        ready = ready.filter(pk__in=[video.pk for video in videos])
    missing = ready.exclude(predictions__model_version=model_version)
    wanted = [PrelabelRequest(video=video, model_version=model_version) for video in missing.order_by("pk")]
    PrelabelRequest.objects.bulk_create(wanted, ignore_conflicts=True)
    asked = PrelabelRequest.objects.filter(model_version=model_version, video__in=[one.video_id for one in wanted])
    # A request that succeeded and yet has no prediction lost it with a removed row; it is asked for again too.
    ended = asked.filter(state__in=[WorkState.FAILED, WorkState.CANCELLED, WorkState.SUCCEEDED])
    ended.update(state=WorkState.QUEUED, error="", attempts=0, finished_at=None)
    waiting = asked.unfinished().count()
    if waiting:
        nudge(PRELABEL_TASK)
    return waiting


def missing_prelabels_request(*, project: Project) -> int:
    """Asks for production's prediction of every ready video that has none; how many are now waiting."""
    version = production_model(project=project)
    return 0 if version is None else prelabels_request(project=project, model_version=version)


@transaction.atomic
def prediction_store(*, video: Video, model_version: ModelVersion, prediction: VideoPrediction) -> Prediction:
    """Keeps what the version said of the video. The second of two equal writers gets the first one's row.

    Raises:
        Conflict: the prediction is of another file than the video's.
    """
    if prediction.video_key != video.sha256:
        raise Conflict(f"the prediction is of {prediction.video_key[:12]}, but {video.name} is {video.sha256[:12]}")
    stored, is_new = Prediction.objects.get_or_create(
        video=video, model_version=model_version, defaults=_columns(prediction)
    )
    if is_new:
        columns = [_segment_columns(segment, video.duration_ms) for segment in to_json(prediction.segments)]
        PredictedSegment.objects.bulk_create(
            PredictedSegment(prediction=stored, **one) for one in columns if one["start_ms"] < one["end_ms"]
        )
        if prediction.embeddings is not None:
            embeddings_store(prediction=stored, embeddings=prediction.embeddings)
    return stored


def _columns(prediction: VideoPrediction) -> dict[str, Any]:
    scores = {name: list(values) for name, values in vars(prediction.scores).items()}
    return {**scores, "judgement": to_json(prediction.judgement), "timing": to_json(prediction.timing)}


def _segment_columns(segment: Mapping[str, Any], duration_ms: int) -> dict[str, Any]:
    """Inside the video: the last clip is padded, and nobody could save a segment that ends behind the last frame."""
    inside = {"start_ms": max(0, segment["start_ms"]), "end_ms": min(segment["end_ms"], duration_ms)}
    return {**segment, **inside, "label": segment["label"][:120]}
