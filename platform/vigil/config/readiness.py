"""Whether everything serves: `up` says here what it is still busy with, and `/healthz` asks."""

from pathlib import Path

from vigil.config.env import env


def _path(home: Path) -> Path:
    return home / "run" / "starting"


def starting_say(home: Path, what: str) -> None:
    """From now on `/healthz` answers 503 with `what`."""
    _path(home).parent.mkdir(parents=True, exist_ok=True)
    _path(home).write_text(what)


def starting_done(home: Path) -> None:
    _path(home).unlink(missing_ok=True)


def still_starting() -> str | None:
    """What `up` is still busy with; None when everything serves, or when no `up` is in charge (served mode)."""
    try:
        return _path(env.home).read_text()
    except FileNotFoundError:
        return None
