"""Files that come through the browser: written to the media's own disk as they arrive, then imported."""

import errno
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.utils.translation import gettext as _

from vigil.accounts.models import User
from vigil.projects.errors import Invalid
from vigil.projects.models import Project
from vigil.videos.candidates import LABELS_NAME, Candidate, Refusal, clean_name, rows_by_name
from vigil.videos.labels_csv import GROUP_MAX, FileLabels, label_parsed, labels_read
from vigil.videos.models import Split
from vigil.videos.services import ImportReport, files_import
from vigil.videos.storage import DiskFull, media_path, room_required


class UploadOnDisk(UploadedFile):  # type: ignore[type-arg]
    """An upload in a temporary file beside the originals, gone once it is closed."""

    def __init__(self, name: str | None, content_type: str | None) -> None:
        folder = media_path("tmp")
        folder.mkdir(parents=True, exist_ok=True)
        file = tempfile.NamedTemporaryFile(dir=folder, suffix=".upload")  # noqa: SIM115
        self.path = Path(file.name)
        super().__init__(file, name, content_type)


class UploadToDisk(FileUploadHandler):
    """Django's upload handler for videos: never in memory, never on a small /tmp, never past the limit."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._received = 0
        self._files = 0
        self._upload: UploadOnDisk | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._files += 1
        count_check(self._files)
        self._upload = UploadOnDisk(self.file_name, self.content_type)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 (Django's interface)
        self._received += len(raw_data)
        size_check(self._received)
        if self._upload is None:
            return
        try:
            self._upload.write(raw_data)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DiskFull(_("the disk of the server is full; ask its administrator to free some")) from error
            raise

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        if self._upload is not None:
            self._upload.seek(0)
            self._upload.size = file_size
        return self._upload

    def upload_interrupted(self) -> None:
        if self._upload is not None:
            self._upload.close()


def size_check(size_bytes: int) -> None:
    """Raises Invalid for an upload past the limit."""
    limit: int = settings.UPLOAD_MAX_BYTES
    if size_bytes > limit:
        raise Invalid(
            _("One upload may have %(gib).0f GiB; send fewer files at once, or use import_videos at the server.")
            % {"gib": limit / 1024**3}
        )


def count_check(files: int) -> None:
    """Raises Invalid for more files than one upload may have."""
    limit: int = settings.UPLOAD_MAX_FILES
    if files > limit:
        raise Invalid(
            _("One upload may have %(limit)s files; send them in parts, or use import_videos at the server.")
            % {"limit": limit}
        )


def upload_accepted(request: HttpRequest) -> None:
    """Looks at the announced size before a byte of the body is read.

    Raises:
        Invalid: too large; DiskFull: no room for it.
    """
    announced = int(request.META.get("CONTENT_LENGTH") or 0)
    size_check(announced)
    room_required(2 * announced)  # the upload and the kept original
    request.upload_handlers = [UploadToDisk(request)]


def labels_of_form(*, project: Project, label: str, group: str, split: str) -> FileLabels:
    """What the form says of all its files.

    Raises:
        Invalid: no such split, a label or group that cannot be one.
    """
    weak_label, classes = label_parsed(label, project.template, where=_("Label"))
    if split and split not in Split.values:
        raise Invalid(_("%(split)r is no split; choose train, val or test.") % {"split": split})
    group = " ".join(group.split())
    if len(group) > GROUP_MAX or not (group.isprintable() or not group):
        raise Invalid(_("A camera or source has at most %(most)s characters.") % {"most": GROUP_MAX})
    return FileLabels(weak_label, classes, Split(split) if split else None, group)


def uploads_import(
    *, project: Project, uploads: "Sequence[UploadedFile[Any]]", labels: FileLabels, user: User
) -> ImportReport:
    """Imports uploaded files; a labels.csv among them says more than the form does.

    Raises:
        Invalid: nothing was sent, a mistake in labels.csv, or a group divided over splits.
    """
    files: list[Candidate] = []
    tables: list[Path] = []
    for upload in uploads:
        if not isinstance(upload, UploadOnDisk):
            raise Invalid(_("The upload did not arrive as a file; send it again."))
        name = clean_name(PurePosixPath((upload.name or "").replace("\\", "/")).name)
        upload.flush()
        if name.lower() == LABELS_NAME:
            tables.append(upload.path)
        else:
            files.append(Candidate(name, upload.path))
    if not files:
        raise Invalid(_("No video was chosen; choose one or more files."))
    by_name = {file.name: labels for file in files}
    refused: list[Refusal] = []
    for table in tables:
        rows, refused = rows_by_name(labels_read(path=table, template=project.template), list(by_name))
        by_name |= {name: row.labels for name, row in rows.items()}
    return files_import(project=project, files=files, labels=by_name, refused=refused, user=user)
