"""Reads predictions and the videos that still wait for one."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from ml.contracts import Judgement, PredictedSegment, ScoreTrack, VideoPrediction, from_json
from vigil.predictions.models import ClipEmbedding, Prediction, PrelabelRequest
from vigil.predictions.packed_scores import SCORES, TIMES
from vigil.projects.work import WorkState
from vigil.registry.models import ModelState, ModelVersion
from vigil.registry.selectors import production_model
from vigil.videos.models import Video


def prediction_of(
    *, video: Video, model_version: ModelVersion | None = None, with_scores: bool = True
) -> Prediction | None:
    """What the version (None: the one in production) said of the video, with its segments; None if nothing yet.

    Without scores a long video's answer is quick: `predictions.packed_scores` gives them apart.
    """
    version = model_version or production_model(project=video.project)
    if version is None:
        return None
    stored = Prediction.objects.filter(video=video, model_version=version)
    if not with_scores:
        stored = stored.defer(*TIMES, *SCORES)
    return stored.select_related("model_version").prefetch_related("segments").first()


def prediction_id_of(*, video: Video) -> int | None:
    """Which prediction the model in production made of the video; None if there is none yet."""
    made = Prediction.objects.filter(video=video, model_version__state=ModelState.PRODUCTION)
    return made.values_list("pk", flat=True).first()


class Awaited(models.TextChoices):
    """What stands between a video and its prediction."""

    NO_MODEL = "no_model"
    NOT_ASKED = "not_asked"
    QUEUED = "queued"
    RUNNING = "running"
    FAILED = "failed"


def awaited_of(*, video: Video) -> tuple[Awaited, str]:
    """Why the video has no prediction of the model in production yet, and the error where that is the reason."""
    version = production_model(project=video.project)
    if version is None:
        return Awaited.NO_MODEL, ""
    request = PrelabelRequest.objects.filter(video=video, model_version=version).first()
    if request is None or request.state in {WorkState.SUCCEEDED, WorkState.CANCELLED}:
        return Awaited.NOT_ASKED, ""
    return Awaited(request.state), request.error


def predictions_of(*, model_version: ModelVersion, videos: Iterable[Video]) -> QuerySet[Prediction]:
    """The version's predictions of these videos, with their segments."""
    stored = Prediction.objects.filter(model_version=model_version, video__in=list(videos))
    return stored.select_related("video").prefetch_related("segments").order_by("video_id")


def without_embeddings(*, model_version: ModelVersion) -> QuerySet[Prediction]:
    """The version's predictions whose clips nobody has embedded, with their videos."""
    embedded = ClipEmbedding.objects.filter(model_version=OuterRef("model_version"), video=OuterRef("video"))
    missing = Prediction.objects.filter(~Exists(embedded), model_version=model_version)
    return missing.select_related("video", "model_version").order_by("video_id")


def requests_of(*, model_version: ModelVersion, videos: Iterable[Video] | None = None) -> QuerySet[PrelabelRequest]:
    """The version's pre-label requests, of these videos or of all."""
    requests = PrelabelRequest.objects.filter(model_version=model_version)
    return requests if videos is None else requests.filter(video__in=list(videos))


def prelabel_progress(*, model_version: ModelVersion) -> dict[str, int]:
    """How many videos of the version are done, failed and waiting."""
    unfinished = Q(state__in=[WorkState.QUEUED, WorkState.RUNNING])
    return PrelabelRequest.objects.filter(model_version=model_version).aggregate(
        total=Count("pk"),
        done=Count("pk", filter=Q(state=WorkState.SUCCEEDED)),
        failed=Count("pk", filter=Q(state=WorkState.FAILED)),
        waiting=Count("pk", filter=unfinished),
    )


def prelabel_failures(*, model_version: ModelVersion, limit: int = 5) -> list[PrelabelRequest]:
    """The first videos that the version could not pre-label, with the reason in `error`."""
    failed = PrelabelRequest.objects.filter(model_version=model_version, state=WorkState.FAILED)
    return list(failed.select_related("video").order_by("pk")[:limit])


def as_contract(prediction: Prediction) -> VideoPrediction:
    """The stored prediction as `ml` made it."""
    scores = ScoreTrack(
        clip_start_ms=tuple(prediction.clip_start_ms),
        clip_end_ms=tuple(prediction.clip_end_ms),
        raw=tuple(prediction.raw),
        long=tuple(prediction.long),
        short=tuple(prediction.short),
        fused=tuple(prediction.fused),
    )
    segments = tuple(
        PredictedSegment(
            start_ms=segment.start_ms,
            end_ms=segment.end_ms,
            label=segment.label,
            confidence=segment.confidence,
            explanation=segment.explanation,
            judgement=from_json(Judgement, segment.judgement) if segment.judgement else None,
        )
        for segment in prediction.segments.all()
    )
    return VideoPrediction(
        video_key=prediction.video.sha256,
        scores=scores,
        segments=segments,
        judgement=from_json(Judgement, prediction.judgement) if prediction.judgement else None,
        timing=prediction.timing,
    )
