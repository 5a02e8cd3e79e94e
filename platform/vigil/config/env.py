"""The environment, read here once. Nothing else in the platform reads `os.environ`.

Unset means embedded: Vigil then starts its own PostgreSQL and Valkey under `home`.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


class EnvironmentFault(Exception):
    """A variable is missing or contradicts another; the message names it and the cure."""


@dataclass(frozen=True)
class Env:
    home: Path
    """VIGIL_HOME: databases, media, feature store, artefacts, logs. Default: .vigil beside manage.py."""
    database_url: str
    """DATABASE_URL: a PostgreSQL 15+ URL. Empty: embedded."""
    broker_url: str
    """BROKER_URL: a Redis or Valkey URL. Empty: embedded."""
    is_served: bool
    """VIGIL_SERVED=1: behind HTTPS for other people. The secret key must then be given."""
    secret_key: str
    """VIGIL_SECRET_KEY: in embedded mode generated once, kept with mode 0600."""
    allowed_hosts: tuple[str, ...]
    """VIGIL_ALLOWED_HOSTS: comma separated. Default: this machine only."""
    is_debug: bool
    """VIGIL_DEBUG=1: tracebacks in the browser. Refused when served."""
    postgres_pool_size: int
    """VIGIL_POSTGRES_POOL: connections a process may hold. Default 8."""


def read_env(environ: Mapping[str, str]) -> Env:
    """The checked environment.

    Raises:
        EnvironmentFault: served without a key, or served with debug on.
    """
    home = Path(environ.get("VIGIL_HOME") or ROOT / ".vigil").expanduser().resolve()
    is_served = environ.get("VIGIL_SERVED", "") == "1"
    is_debug = environ.get("VIGIL_DEBUG", "") == "1"
    if is_served and is_debug:
        raise EnvironmentFault("VIGIL_DEBUG=1 together with VIGIL_SERVED=1 would show secrets; unset VIGIL_DEBUG")
    secret_key = environ.get("VIGIL_SECRET_KEY", "")
    if is_served and len(secret_key) < 50:
        raise EnvironmentFault("VIGIL_SERVED=1 needs VIGIL_SECRET_KEY with at least 50 characters")
    hosts = tuple(h.strip() for h in environ.get("VIGIL_ALLOWED_HOSTS", "").split(",") if h.strip())
    if is_served and not hosts:
        raise EnvironmentFault("VIGIL_SERVED=1 needs VIGIL_ALLOWED_HOSTS, the names people type into the browser")
    return Env(
        home=home,
        database_url=environ.get("DATABASE_URL", ""),
        broker_url=environ.get("BROKER_URL", ""),
        is_served=is_served,
        secret_key=secret_key or _kept_secret(home / "secret_key"),
        allowed_hosts=hosts or ("127.0.0.1", "localhost", "[::1]", "testserver"),
        is_debug=is_debug,
        postgres_pool_size=int(environ.get("VIGIL_POSTGRES_POOL", "8")),
    )


def _kept_secret(path: Path) -> str:
    """The secret in `path`, made at the first call with mode 0600."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        secret = secrets.token_urlsafe(64)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "w") as out:
            out.write(secret)
        return secret


env = read_env(os.environ)
