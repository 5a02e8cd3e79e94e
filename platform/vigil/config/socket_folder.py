"""Folders for Unix sockets: their paths may have no more than about 100 bytes, whatever folder Vigil lives in."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from vigil.config.faults import SetupFault

SOCKET_PATH_BYTES = 103
"""sun_path holds 104 bytes on macOS and 108 on Linux, with a closing zero."""


def socket_folder(preferred: Path, name: str, *, owner_uid: int) -> Path:
    """`preferred` if the socket `name` fits there, else a short private folder that belongs to `preferred` alone."""
    if len(os.fsencode(preferred / name)) <= SOCKET_PATH_BYTES:
        return preferred
    digest = hashlib.sha256(os.fsencode(preferred)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"vigil-{digest}"
    try:
        folder.mkdir(mode=0o700)
        if owner_uid != os.getuid():
            os.chown(folder, owner_uid, -1)
    except FileExistsError:
        _refuse_foreign(folder, owner_uid)
    return folder


def _refuse_foreign(folder: Path, owner_uid: int) -> None:
    """A folder in a public place may have been put there by somebody else."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != owner_uid or stat.S_IMODE(status.st_mode) & 0o077:
        raise SetupFault(
            f"{folder} exists and is not a private folder of ours; remove it, or set VIGIL_HOME to a shorter path"
        )
