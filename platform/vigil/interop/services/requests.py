"""Exports asked for on the page: a row that a worker claims, a folder and a zip file under VIGIL_HOME."""

import logging
import zipfile
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from vigil.accounts.models import User
from vigil.config.nudges import nudge
from vigil.interop.formats.known import FORMATS
from vigil.interop.models import ExportRequest
from vigil.interop.services.exports import dataset_export
from vigil.projects.errors import Conflict, Invalid, VigilError
from vigil.projects.heartbeat import heartbeat
from vigil.projects.models import Project
from vigil.projects.work import WorkState

log = logging.getLogger(__name__)
EXPORT_TASK = "vigil.interop.tasks.export_next"
ATTEMPTS_MAX = 3
PROGRESS_EVERY = 5


def export_request(*, user: User, project: Project, format: str) -> ExportRequest:
    """A request that waits for a worker.

    Raises:
        Invalid: unknown format. Conflict: the same export is being made already.
    """
    if format not in FORMATS:
        raise Invalid(
            _("unknown format %(format)r; there are: %(formats)s") % {"format": format, "formats": ", ".join(FORMATS)}
        )
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        if ExportRequest.objects.filter(project=project, format=format).unfinished().exists():
            raise Conflict(
                _("A %(format)s export of this project is being made already; wait for it.") % {"format": format}
            )
        request = ExportRequest.objects.create(project=project, format=format, requested_by=user)
        nudge(EXPORT_TASK)
    return request


def export_next() -> bool:
    """Makes the next export that waits; False when none does."""
    request: ExportRequest | None = ExportRequest.objects.claim_next()
    if request is None:
        return False
    if request.attempts > ATTEMPTS_MAX:
        ExportRequest.objects.finish(
            request.pk, WorkState.FAILED, f"the worker was lost {ATTEMPTS_MAX} times in the middle; try again"
        )
        return True
    with heartbeat(ExportRequest, request.pk):
        _make(request)
    return True


def _make(request: ExportRequest) -> None:
    folder = export_folder(request)

    def show(done: int, total: int) -> None:
        if done % PROGRESS_EVERY == 0 or done == total:
            ExportRequest.objects.filter(pk=request.pk).update(done=done, total=total)

    try:
        export = dataset_export(
            project=request.project,
            format=request.format,
            out_dir=folder,
            user=request.requested_by,
            on_progress=show,
        )
        _zip(folder)
    except VigilError as error:
        ExportRequest.objects.finish(request.pk, WorkState.FAILED, str(error))
    except OSError as error:
        log.exception("export %s", request.pk)
        reason = f"the dataset could not be written: {error.strerror or error}"
        ExportRequest.objects.finish(request.pk, WorkState.FAILED, reason)
    else:
        ExportRequest.objects.filter(pk=request.pk).update(export=export)
        ExportRequest.objects.finish(request.pk, WorkState.SUCCEEDED)


def export_folder(request: ExportRequest) -> Path:
    """Where the export lies: under a number, never under a name that somebody typed. One folder an attempt."""
    return Path(settings.VIGIL_HOME) / "exports" / f"{request.pk}-{request.format}-{request.attempts}"


def zip_path(request: ExportRequest) -> Path:
    folder = export_folder(request)
    return folder.with_name(f"{folder.name}.zip")


def _zip(folder: Path) -> None:
    """The folder as one file. Clips are compressed already, so they are only stored."""
    target = folder.with_name(f"{folder.name}.zip")
    fresh = target.with_suffix(".zip.partial")
    with zipfile.ZipFile(fresh, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                kind = zipfile.ZIP_STORED if path.suffix == ".mp4" else zipfile.ZIP_DEFLATED
                archive.write(path, path.relative_to(folder), compress_type=kind)
    fresh.replace(target)
