"""Makes imported videos ready: claims a row, renders, writes the outcome."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from vigil.accounts.models import User
from vigil.accounts.services import audit_record
from vigil.config.nudges import nudge
from vigil.projects.dead_claims import free_dead_claims
from vigil.projects.errors import Conflict
from vigil.projects.heartbeat import heartbeat
from vigil.projects.work import WorkState, worker_name
from vigil.videos.models import FrameTimes, Rendition, RenditionKind, Video
from vigil.videos.probing import Probe
from vigil.videos.proxy_plan import Filmstrip
from vigil.videos.rendering import FILMSTRIP_FILE, POSTER_FILE, PROXY_FILE, render_file
from vigil.videos.sandbox import Abandoned, Refused
from vigil.videos.storage import DiskFull, link_or_copy, media_path, renditions_relative, room_required, scratch_folder

log = logging.getLogger(__name__)
PROCESS_TASK = "vigil.videos.tasks.process_next"
PRELABEL_TASK = "vigil.predictions.tasks.prelabel_missing"
ATTEMPTS_MAX = 3
FILES = {RenditionKind.PROXY: PROXY_FILE, RenditionKind.POSTER: POSTER_FILE, RenditionKind.FILMSTRIP: FILMSTRIP_FILE}


def process_next(*, of: "QuerySet[Video] | None" = None, should_stop: Callable[[], bool] = lambda: False) -> bool:
    """Makes the next waiting video ready, or puts it in quarantine; False when none waits or `should_stop` says so."""
    waiting = Video.objects.filter(pk__in=of.values("pk")) if of is not None else Video.objects.all()
    free_dead_claims(waiting)
    video: Video | None = None if should_stop() else waiting.claim_next()
    if video is None:
        return False
    if video.attempts > ATTEMPTS_MAX:
        _quarantine(video, f"the worker was lost {ATTEMPTS_MAX} times while it made this video ready; press Retry")
        return True
    try:
        with heartbeat(Video, video.pk) as pulse:
            _process(video, lambda: pulse.is_lost or should_stop())
    finally:  # stopped midway: the next worker tries again at once. A row that ended is not running and stays as it is.
        mine = Video.objects.filter(pk=video.pk, state=WorkState.RUNNING, claimed_by=worker_name())
        mine.update(state=WorkState.QUEUED, attempts=video.attempts - 1 if should_stop() else video.attempts)
    return True


def video_retry(*, video: Video, user: User | None) -> None:
    """Queues a quarantined video again.

    Raises:
        Conflict: it is not in quarantine.
    """
    with transaction.atomic():
        if not Video.objects.filter(pk=video.pk).retry(video.pk):
            raise Conflict(_("%(video)s is not in quarantine any more; reload the page") % {"video": video.name})
        Video.objects.filter(pk=video.pk).update(attempts=0, progress=0)
        audit_record(actor=user, action="video.retry", target=video.name, video_id=video.pk)
        nudge(PROCESS_TASK)


def _process(video: Video, should_stop: Callable[[], bool]) -> None:
    try:
        with scratch_folder() as scratch:
            room_required(video.size_bytes)
            strip, has_new_proxy = render_file(
                media_path(video.original), _probe_of(video), scratch, should_stop, progress_of(video)
            )
            if not has_new_proxy:
                link_or_copy(media_path(video.original), scratch / PROXY_FILE)
            _store(video, scratch, strip)
    except Abandoned:
        log.info("video %s: stopped, cancelled or taken over", video.pk)
    except (Refused, DiskFull) as refusal:
        _quarantine(video, str(refusal))
    except OSError as error:
        log.exception("video %s", video.pk)
        _quarantine(video, f"its files could not be read or written ({error.strerror or error}); then press Retry")


def progress_of(video: Video) -> Callable[[float], None]:
    """Writes down how far the video is, each time that a hundredth more is done."""
    written = 0.0

    def write(progress: float) -> None:
        nonlocal written
        if progress >= written + 0.01:
            written = progress
            Video.objects.filter(pk=video.pk, claimed_by=worker_name()).update(progress=progress)

    return write


def _probe_of(video: Video) -> Probe:
    packed = FrameTimes.objects.values_list("packed", flat=True).get(video=video)
    return Probe(**video.probe, packed_times=bytes(packed))


def _store(video: Video, scratch: Path, strip: Filmstrip) -> None:
    """Moves the finished files into place, then says so in one transaction."""
    folder = renditions_relative(video.sha256)
    media_path(folder).mkdir(parents=True, exist_ok=True)
    for file in FILES.values():
        shutil.move(scratch / file, media_path(f"{folder}/{file}"))
    with transaction.atomic():
        Rendition.objects.filter(video=video).delete()
        for kind, file in FILES.items():
            geometry = vars(strip) if kind == RenditionKind.FILMSTRIP else {}
            Rendition.objects.create(video=video, kind=kind, path=f"{folder}/{file}", geometry=geometry)
        if Video.objects.finish(video.pk, WorkState.SUCCEEDED):
            nudge(PRELABEL_TASK, video.project_id)


def _quarantine(video: Video, reason: str) -> None:
    log.warning("video %s (%s) goes to quarantine: %s", video.pk, video.name, reason)
    Video.objects.finish(video.pk, WorkState.FAILED, reason)
