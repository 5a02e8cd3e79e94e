"""The processes under `manage.py up`: each in a group of its own, logged, watched, started again when it dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LOG_KEEPS_BYTES = 20 * 1024**2
STEADY_AFTER_S = 60.0
LONGEST_PAUSE_S = 30.0


class Watchdog:
    """A small process that ends the children when this one is killed without a chance to do it."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("watchdog.py")
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", script], stdin=subprocess.PIPE, start_new_session=True, cwd="/", text=True
        )

    def watch(self, pid: int, sign: signal.Signals, unless_locked: Path | None = None) -> None:
        """To be ended with `sign`, but not while others hold the lock of the file `unless_locked`."""
        self._tell(f"watch {pid} {int(sign)} {unless_locked or ''}".rstrip())

    def forget(self, pid: int) -> None:
        self._tell(f"forget {pid}")

    def dismiss(self) -> None:
        """Ends the watchdog; it first ends whatever it still watches."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        if self._process.stdin is None or self._process.poll() is not None:
            return
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


@dataclass
class Child:
    """One service. `command` is started again after a growing pause whenever it ends by itself."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    watchdog: Watchdog
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    starts: int = 0
    restart_at: float = field(default=0.0)

    def start(self) -> "subprocess.Popen[bytes]":
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_KEEPS_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                list(self.command),
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.watchdog.watch(self.process.pid, signal.SIGTERM)
        self.started_at = time.monotonic()
        self.starts += 1
        return self.process

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tend(self) -> str | None:
        """Starts the child again if it died and its pause is over; returns a line to print when it has just died."""
        if self.process is None or self.is_running():
            return None
        now = time.monotonic()
        if self.restart_at == 0.0:
            self._end_group()
            if now - self.started_at > STEADY_AFTER_S:
                self.starts = 1
            pause = min(2.0 ** (self.starts - 1), LONGEST_PAUSE_S)
            self.restart_at = now + pause
            status = self.process.returncode
            return f"{self.name} ended with status {status}; starting it again in {pause:.0f} s (see {self.log})"
        if now >= self.restart_at:
            self.restart_at = 0.0
            self.start()
        return None

    def ask_to_stop(self) -> None:
        if self.process is not None and self.is_running():
            self._signal(signal.SIGTERM)

    def wait_until(self, deadline: float) -> None:
        """Waits for the end until `deadline`, then kills the whole group."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self.process.wait()
        self._end_group()

    def last_words(self, lines: int = 12) -> str:
        """The end of the log, for an error message."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _end_group(self) -> None:
        """Whatever the child left in its group goes with it."""
        self._signal(signal.SIGKILL)
        if self.process is not None:
            self.watchdog.forget(self.process.pid)

    def _signal(self, sign: signal.Signals) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, sign)
        except (ProcessLookupError, PermissionError):
            return
