"""Writes datasets: whole or not at all, each kept on record."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vigil.accounts.models import User
from vigil.accounts.services import audit_record
from vigil.interop.export_request import ExportTarget, OnProgress
from vigil.interop.formats.known import FORMATS
from vigil.projects.errors import Invalid
from vigil.projects.models import Project
from vigil.snapshots.models import DatasetExport, Snapshot
from vigil.snapshots.services import snapshot_take


def dataset_export(
    *,
    project: Project,
    format: str,
    out_dir: Path,
    snapshot: Snapshot | None = None,
    user: User | None = None,
    on_progress: OnProgress | None = None,
) -> DatasetExport:
    """The record of a dataset that now lies in `out_dir`. Without a `snapshot`, one is taken of what is known now.

    Raises:
        Invalid: unknown format, a folder that is not empty or cannot be written, or nothing to export.
    """
    if format not in FORMATS:
        raise Invalid(f"unknown format {format!r}; there are: {', '.join(FORMATS)}")
    _refuse_used(out_dir)
    snapshot = snapshot or snapshot_take(project=project, user=user)
    with _hidden_folder(out_dir) as folder:
        target = ExportTarget(project, snapshot, folder)
        if on_progress is not None:
            target = ExportTarget(project, snapshot, folder, on_progress)
        records = FORMATS[format](target)
    audit_record(actor=user, action="dataset.export", target=project.name, format=format, path=str(out_dir))
    return DatasetExport.objects.create(
        snapshot=snapshot, format=format, path=str(out_dir), records=records, created_by=user
    )


def _refuse_used(out_dir: Path) -> None:
    if out_dir.is_dir() and any(out_dir.iterdir()):
        raise Invalid(f"{out_dir} is not empty; give a new or empty folder, so that nothing of yours is overwritten")
    if out_dir.exists() and not out_dir.is_dir():
        raise Invalid(f"{out_dir} is a file; give a folder")


@contextmanager
def _hidden_folder(out_dir: Path) -> Iterator[Path]:
    """A folder beside `out_dir` that takes its place once all is written; a failure leaves nothing half."""
    hidden = out_dir.with_name(f".{out_dir.name}.partial")
    try:
        shutil.rmtree(hidden, ignore_errors=True)
        hidden.mkdir(parents=True)
    except OSError as error:
        raise Invalid(f"cannot write to {out_dir.parent}: {error.strerror}; give another folder") from error
    try:
        yield hidden
        if out_dir.is_dir():
            out_dir.rmdir()
        hidden.rename(out_dir)
    except OSError as error:
        raise Invalid(f"writing {out_dir} failed: {error.strerror or error}; nothing was kept") from error
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
