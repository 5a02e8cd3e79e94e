"""Whether `manage.py prepare` has done its work for this very code, so that a start need not wait for it again."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from vigil.config.env import ROOT


def state_of_code(database_url: str, *, loads_demo: bool) -> str:
    """A digest of everything that decides what there is to prepare: migrations, static files, packages, database."""
    seen = hashlib.sha256(f"{database_url} {loads_demo}".encode())
    for path in sorted(_sources()):
        status = path.stat()
        seen.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def is_prepared(home: Path, state: str) -> bool:
    try:
        return _path(home).read_text() == state
    except FileNotFoundError:
        return False


def prepared_note(home: Path, state: str) -> None:
    _path(home).write_text(state)


def _sources() -> Iterable[Path]:
    yield ROOT / "requirements" / "lock.txt"
    yield from (ROOT / "platform" / "vigil").glob("*/migrations/*.py")
    yield from (path for path in (ROOT / "platform" / "workbench" / "dist").rglob("*") if path.is_file())


def _path(home: Path) -> Path:
    return home / "run" / "prepared"
