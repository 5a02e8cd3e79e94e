"""The environment, read here once. Nothing else in the platform reads `os.environ`.

Unset means embedded: Vigil then starts its own PostgreSQL and Valkey under `home`.
"""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vigil.config.faults import SetupFault

ROOT = Path(__file__).resolve().parents[3]


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
    weights: Path = ROOT / ".vigil" / "weights"
    """VIGIL_WEIGHTS: root of the folders with pretrained weights that profiles name. Default: weights in home."""
    feature_store_gb: int = 50
    """VIGIL_FEATURE_STORE_GB: features of videos kept on disk; the least recently used go first. Default 50."""
    ready_file: str = ""
    """VIGIL_READY_FILE: set by `up` for its workers, which touch it once they take work."""
    loads_demo: bool = True
    """VIGIL_DEMO=0: `up` does not load the demo project at the first start."""


def read_env(environ: Mapping[str, str]) -> Env:
    """The checked environment.

    Raises:
        SetupFault: served without a key, or served with debug on.
    """
    home = Path(environ.get("VIGIL_HOME") or ROOT / ".vigil").expanduser().resolve()
    is_served = environ.get("VIGIL_SERVED", "") == "1"
    is_debug = environ.get("VIGIL_DEBUG", "") == "1"
    if is_served and is_debug:
        raise SetupFault("VIGIL_DEBUG=1 together with VIGIL_SERVED=1 would show secrets; unset VIGIL_DEBUG")
    secret_key = environ.get("VIGIL_SECRET_KEY", "")
    if is_served and len(secret_key) < 50:
        raise SetupFault("VIGIL_SERVED=1 needs VIGIL_SECRET_KEY with at least 50 characters")
    hosts = tuple(h.strip() for h in environ.get("VIGIL_ALLOWED_HOSTS", "").split(",") if h.strip())
    if is_served and not hosts:
        raise SetupFault("VIGIL_SERVED=1 needs VIGIL_ALLOWED_HOSTS, the names people type into the browser")
    return Env(
        home=home,
        database_url=environ.get("DATABASE_URL", ""),
        broker_url=environ.get("BROKER_URL", ""),
        is_served=is_served,
        secret_key=secret_key or _kept_secret(home / "secret_key"),
        allowed_hosts=hosts or ("127.0.0.1", "localhost", "[::1]", "testserver"),
        is_debug=is_debug,
        postgres_pool_size=_whole_number(environ, "VIGIL_POSTGRES_POOL", 8),
        weights=Path(environ.get("VIGIL_WEIGHTS") or home / "weights").expanduser().resolve(),
        feature_store_gb=_whole_number(environ, "VIGIL_FEATURE_STORE_GB", 50),
        ready_file=environ.get("VIGIL_READY_FILE", ""),
        loads_demo=environ.get("VIGIL_DEMO", "1") != "0",
    )


def _whole_number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "") or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise SetupFault(f"{name}={text} is not a whole number above 0")
    return int(text)


def _kept_secret(path: Path) -> str:
    """The secret in `path`, made at the first call with mode 0600."""
    try:
        return path.read_text().strip()
    except PermissionError as error:
        raise SetupFault(f"{path} belongs to another user; set VIGIL_HOME to a folder of yours") from error
    except FileNotFoundError:
        _make_home(path.parent)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(secrets.token_urlsafe(64))
    # A link appears whole or not at all, so a process that starts at the same moment reads a finished secret.
    with suppress(FileExistsError):
        path.hardlink_to(fresh)
    fresh.unlink()
    return path.read_text().strip()


def _make_home(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupFault(f"cannot make {home}: {error.strerror}; set VIGIL_HOME to a folder you may write") from error
    if not os.access(home, os.W_OK):
        raise SetupFault(f"{home} is not writable; set VIGIL_HOME to a folder you may write")


env = read_env(os.environ)


def env_connect(*, database_url: str, broker_url: str) -> None:
    """Makes embedded services the ones of this process and of its children.

    Called once, by the command line before Django reads its settings; `env` is frozen so that nobody else changes it.
    """
    for name, value in {"database_url": database_url, "broker_url": broker_url}.items():
        os.environ[name.upper()] = value
        object.__setattr__(env, name, value)
