"""Where files live under MEDIA_ROOT: by content, never by a name that somebody sent."""

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from vigil.projects.errors import Invalid

CHUNK_BYTES = 4 * 1024**2
DISK_RESERVE_BYTES = 512 * 1024**2
"""Left free for renditions and for the database."""
FICLONE = 0x40049409


class DiskFull(Invalid):
    """No room for a file; the text says how much is missing where."""


def media_path(relative: str) -> Path:
    """The file at a path that the database keeps."""
    return Path(settings.MEDIA_ROOT) / relative


def original_relative(sha256: str) -> str:
    return f"originals/{sha256[:2]}/{sha256}"


def renditions_relative(sha256: str) -> str:
    return f"renditions/{sha256[:2]}/{sha256}"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder on the media's own file system that is gone afterwards, so that a rename out of it is atomic."""
    root = media_path("tmp")
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root) as folder:
        yield Path(folder)


def room_required(size_bytes: int) -> None:
    """Raises DiskFull when the media folder has no room for a file of this size."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(root).free
    if free < size_bytes + DISK_RESERVE_BYTES:
        raise DiskFull(
            _(
                "the disk of %(root)s has %(free).1f GiB free and %(needed).1f GiB are needed; free some or "
                "move VIGIL_HOME"
            )
            % {"root": root, "free": free / 1024**3, "needed": (size_bytes + DISK_RESERVE_BYTES) / 1024**3}
        )


def sha256_of(path: Path) -> str:
    """The content's hash, read in one pass."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_of(source: Path, target: Path) -> str:
    """Copies a file and gives the sha256 of what was written.

    Shares the blocks where the file system can (reflink). Never a hard link: a file that its owner later changes
    in place would change under its content address.
    """
    room_required(source.stat().st_size)
    if _reflinked(source, target):
        return sha256_of(target)
    digest = hashlib.sha256()
    try:
        with source.open("rb") as reader, target.open("xb") as writer:
            while chunk := reader.read(CHUNK_BYTES):
                digest.update(chunk)
                writer.write(chunk)
            writer.flush()
            os.fsync(writer.fileno())
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(
                _("the disk of %(folder)s is full; free some or move VIGIL_HOME") % {"folder": target.parent}
            ) from error
        raise
    return digest.hexdigest()


def _reflinked(source: Path, target: Path) -> bool:
    try:
        with source.open("rb") as reader, target.open("xb") as writer:
            fcntl.ioctl(writer.fileno(), FICLONE, reader.fileno())
    except OSError as error:
        target.unlink(missing_ok=True)
        if error.errno in {errno.EOPNOTSUPP, errno.EXDEV, errno.EINVAL, errno.ENOTTY, errno.ENOSYS, errno.EPERM}:
            return False
        raise
    return True


def keep_original(staged: Path, sha256: str) -> str:
    """Moves a staged file to its content address; gives the path relative to MEDIA_ROOT."""
    relative = original_relative(sha256)
    target = media_path(relative)
    target.parent.mkdir(parents=True, exist_ok=True)
    staged.chmod(0o440)
    staged.replace(target)
    return relative


def link_or_copy(source: Path, target: Path) -> None:
    """Gives a file of ours a second name; copies where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
