"""Runs model versions over videos and stores what they say: for requests, for the gate, for `evaluate`."""

import logging
from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import Max

from ml.contracts import ProgressCallback, ShouldStop
from vigil.active_learning.models import Round
from vigil.active_learning.services import queue_fill
from vigil.gpu.claims import MAX_ATTEMPTS, killed_too_often, release
from vigil.gpu.reasons import EXPECTED, in_words
from vigil.gpu.services.drafts import draft_next
from vigil.gpu.services.loaded_model import KEPT, LoadedModel
from vigil.gpu.stopping import Stopped, should_stop_of
from vigil.predictions.embeddings import embeddings_prune
from vigil.predictions.models import Prediction, PrelabelRequest
from vigil.predictions.selectors import without_embeddings
from vigil.projects.dead_claims import free_dead_claims
from vigil.projects.heartbeat import heartbeat
from vigil.projects.models import Project
from vigil.projects.stopping import process_is_ending
from vigil.projects.work import WorkQuerySet, WorkState
from vigil.registry.models import ModelState, ModelVersion
from vigil.videos.models import Video

log = logging.getLogger(__name__)
VideoFailure = tuple[Video, str]


def prelabel_next(
    *, requests: WorkQuerySet | None = None, on_done: Callable[[PrelabelRequest], None] | None = None
) -> int:
    """Works on waiting requests (None: all there are) until none is left; how many it took.

    A video that fails marks its own request only. When the last request of a production model is done, the queue
    of questions is filled.
    """
    rows: WorkQuerySet = PrelabelRequest.objects.all() if requests is None else requests
    free_dead_claims(rows)
    taken = 0
    while not process_is_ending.is_set():
        claimed: PrelabelRequest | None = rows.claim_next()
        if claimed is None:
            break
        _serve(claimed, KEPT)
        taken += 1
        draft_next()  # A person waits for it; the videos behind can wait.
        if on_done is not None:
            claimed.refresh_from_db()
            on_done(claimed)
    due_queues_fill()
    return taken


def predictions_make(
    *,
    version: ModelVersion,
    videos: Sequence[Video],
    should_stop: ShouldStop,
    on_video: Callable[[int, int], None] | None = None,
) -> tuple[list[Prediction], list[VideoFailure]]:
    """The version's predictions of these videos, made where missing, and the videos that failed with the reason."""
    made, failed = [], []
    for index, video in enumerate(videos):
        if should_stop():
            raise Stopped
        try:
            made.append(KEPT.predict(version, video, _stopper(should_stop)))
        except Stopped:
            raise
        except EXPECTED as error:
            log.warning("%s through %s failed: %s", video.name, version.name, error)
            failed.append((video, in_words(error)))
        except Exception as error:  # one broken video must not end the others; it is named and counted
            log.exception("%s through %s failed", video.name, version.name)
            failed.append((video, in_words(error)))
        if on_video is not None:
            on_video(index + 1, len(videos))
    return made, failed


def embeddings_make(
    *, version: ModelVersion, on_video: Callable[[int, int], None] | None = None
) -> tuple[int, list[VideoFailure]]:
    """Embeds the clips of the version's predictions that have no embeddings yet; how many, and those that failed."""
    missing = list(without_embeddings(model_version=version))
    model, made, failed = LoadedModel(), 0, []
    for index, prediction in enumerate(missing, start=1):
        try:
            model.embed(prediction)
            made += 1
        except EXPECTED as error:
            failed.append((prediction.video, in_words(error)))
        if on_video is not None:
            on_video(index, len(missing))
    return made, failed


def due_queues_fill() -> int:
    """Fills the queue of every production model whose pre-labels were all done after its last filling; how many.

    It looks at rows only, so a worker killed between the last pre-label and the filling costs nothing.
    """
    filled = 0
    in_production = ModelVersion.objects.filter(state=ModelState.PRODUCTION, prelabel_requests__isnull=False)
    for version in in_production.distinct().order_by("pk"):
        with transaction.atomic():
            Project.objects.select_for_update().get(pk=version.project_id)
            if _queue_is_due(version):
                queue_fill(project=version.project, model_version=version)
                embeddings_prune(model_version=version)
                filled += 1
    return filled


def _queue_is_due(version: ModelVersion) -> bool:
    requests = PrelabelRequest.objects.filter(model_version=version)
    if requests.unfinished().exists():
        return False
    last_done = requests.filter(state=WorkState.SUCCEEDED).aggregate(at=Max("finished_at"))["at"]
    last_filled = Round.objects.filter(model_version=version).aggregate(at=Max("created_at"))["at"]
    return last_done is not None and (last_filled is None or last_filled < last_done)


def _serve(request: PrelabelRequest, model: LoadedModel) -> None:
    """Does one claimed request and writes how it ended."""
    try:
        with heartbeat(PrelabelRequest, request.pk) as pulse:
            if request.attempts > MAX_ATTEMPTS:
                raise killed_too_often(request)
            model.predict(request.model_version, request.video, _stopper(should_stop_of(pulse)))
    except Stopped:
        release(PrelabelRequest, request.pk)
    except (KeyboardInterrupt, SystemExit):
        release(PrelabelRequest, request.pk)
        raise
    except EXPECTED as error:
        log.warning("pre-label request %s (%s) failed: %s", request.pk, request.video.name, error)
        PrelabelRequest.objects.finish(request.pk, WorkState.FAILED, in_words(error))
    except Exception as error:  # the worker's edge: the reason is on the row, the traceback in the log
        log.exception("pre-label request %s (%s) failed", request.pk, request.video.name)
        PrelabelRequest.objects.finish(request.pk, WorkState.FAILED, in_words(error))
    else:
        PrelabelRequest.objects.finish(request.pk, WorkState.SUCCEEDED)


def _stopper(should_stop: ShouldStop) -> ProgressCallback:
    def stop_if_asked(_progress: object) -> None:
        if should_stop():
            raise Stopped

    return stop_if_asked
