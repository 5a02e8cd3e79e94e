"""`manage.py up`: everything Vigil is, on one machine, under one process that ends it all again.

Starts PostgreSQL and Valkey (unless `DATABASE_URL` / `BROKER_URL` point to real ones), prepares the database, loads the
demo project at the first start, then serves: web, a worker for `default` and `media` with beat, a worker for `gpu`.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from vigil.config.children import Child, Watchdog
from vigil.config.embedded import PostgresUse, users_lock_path
from vigil.config.env import ROOT, Env, env_connect
from vigil.config.faults import SetupFault
from vigil.config.file_locks import FileLock
from vigil.config.health_probe import probe
from vigil.config.ports import refuse_used_port
from vigil.config.prepared import is_prepared, prepared_note, state_of_code
from vigil.config.readiness import starting_done, starting_say
from vigil.config.services_file import Services, services_forget, services_write, up_lock_path
from vigil.config.valkey import EmbeddedValkey

READY_WITHIN_S = 120.0
OPEN_FILES = 16_384
GIVE_UP_AFTER_STARTS = 3
POLITE_S = 4.0
"""How long workers may finish what they are at; unfinished work is taken up again at the next start."""


class Stopped(Exception):
    """Somebody pressed Ctrl-C or sent SIGTERM."""


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/"


class Supervisor:
    """One run of `up`, from the lock to the last process."""

    def __init__(self, env: Env, address: Address) -> None:
        self.env = env
        self.address = address
        self.lock = FileLock(up_lock_path(env.home))
        self.watchdog: Watchdog | None = None
        self.postgres: PostgresUse | None = None
        self.valkey: Child | None = None
        self.children: list[Child] = []
        self.began_at = time.monotonic()

    def run(self) -> None:
        """Serves until told to stop. Raises `SetupFault` when it cannot; stops what it started in every case."""
        self._be_the_only_one()
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, _stop)
        try:
            allow_open_files()
            refuse_used_port(self.address.host, self.address.port)
            self._start()
            self._tend_forever()
        except Stopped:
            say("Stopping ...")
        finally:
            self._stop_all()
        say("Stopped. Everything you did is kept; `make run` goes on from here.")

    def _be_the_only_one(self) -> None:
        if not self.lock.take(waits=False):
            raise SetupFault(
                f"Vigil already runs on {self.env.home} ({self.lock.path.read_text().strip() or 'starting'}); "
                "use that one, stop it first, or set VIGIL_HOME to another folder"
            )
        self.lock.path.write_text(f"process {os.getpid()}, {self.address.url}")
        starting_say(self.env.home, "starting the services")

    def _start(self) -> None:
        self.watchdog = Watchdog()
        services = self._start_services(self.watchdog)
        services_write(self.env.home, services)
        starting_say(self.env.home, "preparing the database and the demo project")
        state = state_of_code(services.database_url, loads_demo=self.env.loads_demo)
        # The workers load torch for some seconds; where the last start has prepared all this, they do it meanwhile.
        is_prepared_already = is_prepared(self.env.home, state)
        if is_prepared_already:
            self._start_children(self.watchdog)
        say("Database, static files and demo project ...")
        self._step("prepare", *(["--demo"] if self.env.loads_demo else []))
        if not is_prepared_already:
            self._start_children(self.watchdog)
        starting_say(self.env.home, "starting web and workers")
        self._wait_until_ready()
        prepared_note(self.env.home, state)
        say(f"Vigil serves at {self.address.url} (started in {time.monotonic() - self.began_at:.1f} s)")
        self._say_logins()
        say(f"Logs: {self.env.home / 'logs'}   Ctrl-C stops everything.")

    def _say_logins(self) -> None:
        """The demo's logins as they were made; who has changed a password knows the new one."""
        kept = self.env.home / "demo" / "logins.json"
        if self.env.loads_demo and kept.exists():
            for login in json.loads(kept.read_text()):
                say(f"  log in as {login['name']:<10} password {login['password']}")

    def _start_services(self, watchdog: Watchdog) -> Services:
        database_url, broker_url = self.env.database_url, self.env.broker_url
        if not database_url:
            say("PostgreSQL ...")
            self.postgres = PostgresUse(self.env.home)
            database_url = self._start_postgres(self.postgres, watchdog)
        if not broker_url:
            say("Valkey ...")
            server = EmbeddedValkey(self.env.home)
            self.valkey = Child("valkey", server.command(), os.environ, server.log, watchdog)
            server.wait_until_ready(self.valkey.start())
            broker_url = server.url
        env_connect(database_url=database_url, broker_url=broker_url)
        is_embedded = self.postgres is not None
        return Services(os.getpid(), self.address.url, database_url, broker_url, is_postgres_embedded=is_embedded)

    def _start_postgres(self, postgres: PostgresUse, watchdog: Watchdog) -> str:
        url = postgres.join()
        process = postgres.server.process()
        if process is not None:
            watchdog.watch(process.pid, signal.SIGINT, unless_locked=users_lock_path(self.env.home))
        return url

    def _step(self, *command: str) -> None:
        """Runs one management command to its end, its lines on our output."""
        step = subprocess.Popen(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self._environment(), start_new_session=True
        )
        if self.watchdog is not None:
            self.watchdog.watch(step.pid, signal.SIGTERM)
        try:
            status = step.wait()
        except Stopped:
            end_group(step)
            raise
        finally:
            if self.watchdog is not None and step.returncode is not None:
                self.watchdog.forget(step.pid)
        if status != 0:
            raise SetupFault(f"`manage.py {' '.join(command)}` failed with status {status}; the reason is above")

    def _start_children(self, watchdog: Watchdog) -> None:
        python = [sys.executable, "-m"]
        web = [*python, "granian", "--interface", "wsgi", "--host", self.address.host, "--port", str(self.address.port)]
        web += ["--workers", "1", "--blocking-threads", "32", "--backpressure", "512", "--no-ws"]
        web += ["vigil.config.wsgi:application"]
        celery = [*python, "celery", "-A", "vigil.config.celery", "worker", "--loglevel", "INFO", "--without-gossip"]
        celery += ["--without-mingle", "-P", "threads"]
        schedule = str(self.env.home / "run" / "beat-schedule")
        media = [*celery, "-n", "media@%h", "-Q", "default,media", "-c", "2", "-B", "--schedule", schedule]
        gpu = [*celery, "-n", "gpu@%h", "-Q", "gpu", "-c", "1", "-I", "vigil.gpu.tasks"]
        logs = self.env.home / "logs"
        for name, command in {"gpu": gpu, "web": web, "media": media}.items():
            environment = self._environment(ready_file=self._ready_file(name))
            child = Child(name, command, environment, logs / f"{name}.log", watchdog)
            self._ready_file(name).unlink(missing_ok=True)
            self.children.append(child)
            child.start()

    def _ready_file(self, name: str) -> Path:
        return self.env.home / "run" / f"{name}.ready"

    def _environment(self, ready_file: Path | None = None) -> dict[str, str]:
        paths = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
        extra = {"PYTHONPATH": paths, "PYTHONUNBUFFERED": "1", "VIGIL_HOME": str(self.env.home)}
        if ready_file is not None:
            extra["VIGIL_READY_FILE"] = str(ready_file)
        return {**os.environ, "DJANGO_SETTINGS_MODULE": "vigil.config.settings", **extra}

    def _wait_until_ready(self) -> None:
        """Workers have said that they take work, and then `/healthz` answers 200."""
        give_up_at = time.monotonic() + READY_WITHIN_S
        while not all(self._ready_file(child.name).exists() for child in self.children if child.name != "web"):
            self._tend_while_starting(give_up_at)
        starting_done(self.env.home)
        while (status := probe(self.address.host, self.address.port)) != 200:
            self._tend_while_starting(give_up_at, f"/healthz answers {status}")

    def _tend_while_starting(self, give_up_at: float, why: str = "not all workers are ready") -> None:
        self._tend()
        for child in self.children:
            if child.starts >= GIVE_UP_AFTER_STARTS and not child.is_running():
                raise SetupFault(f"{child.name} does not start; the end of {child.log}:\n{child.last_words()}")
        if time.monotonic() > give_up_at:
            raise SetupFault(f"not ready after {READY_WITHIN_S:.0f} s: {why}; see {self.env.home / 'logs'}")
        time.sleep(0.05)

    def _tend_forever(self) -> None:
        while True:
            self._tend()
            time.sleep(0.5)

    def _tend(self) -> None:
        for child in [*self.children, *([self.valkey] if self.valkey else [])]:
            line = child.tend()
            if line:
                say(line)
        if self.postgres is not None and self.watchdog is not None and self.postgres.server.process() is None:
            say("PostgreSQL ended; starting it again")
            self._start_postgres(self.postgres, self.watchdog)

    def _stop_all(self) -> None:
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, signal.SIG_IGN)
        services_forget(self.env.home)
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + POLITE_S
        for child in self.children:
            child.wait_until(deadline)
        if self.valkey is not None:
            self.valkey.ask_to_stop()
            self.valkey.wait_until(time.monotonic() + POLITE_S)
        if self.postgres is not None:
            process = self.postgres.server.process()
            if self.postgres.leave():
                say("PostgreSQL goes on for a command that uses it, and stops with that one.")
            if self.watchdog is not None and process is not None:
                self.watchdog.forget(process.pid)
        if self.watchdog is not None:
            self.watchdog.dismiss()
        starting_done(self.env.home)
        self.lock.release()


def allow_open_files() -> None:
    """Raises the limit of open files, for us and our children: an upload of a folder keeps all its files open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def end_group(process: "subprocess.Popen[bytes]") -> None:
    """Ends a step and what it started: politely first, so that it keeps what it has done."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(POLITE_S)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def say(line: str) -> None:
    """One line for the person at the terminal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped
