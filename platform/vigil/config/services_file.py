"""What a running `manage.py up` tells the commands beside it: where its database and broker are."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from vigil.config.file_locks import is_locked


@dataclass(frozen=True)
class Services:
    pid: int
    web_url: str
    database_url: str
    broker_url: str
    is_postgres_embedded: bool = False
    """Whoever uses an embedded server says so with a lock, since the last user stops it."""


def up_lock_path(home: Path) -> Path:
    """Held exclusively by the one `up` of this home."""
    return home / "run" / "up.lock"


def services_write(home: Path, services: Services) -> None:
    """Tells the others; readable by this user alone, since URLs hold passwords."""
    path = _path(home)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(asdict(services), out)
    fresh.replace(path)


def services_forget(home: Path) -> None:
    _path(home).unlink(missing_ok=True)


def services_running(home: Path) -> Services | None:
    """The services of the running `up`; None when none runs, whatever a killed one left behind."""
    if not is_locked(up_lock_path(home)):
        return None
    try:
        return Services(**json.loads(_path(home).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _path(home: Path) -> Path:
    return home / "run" / "services.json"
