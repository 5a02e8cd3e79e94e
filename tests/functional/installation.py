"""One installation in a home of its own, run as a person runs it: `manage.py up` and commands beside it."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from vigil.config.health_probe import probe

ROOT = Path(__file__).resolve().parents[2]
WITHIN_S = 120


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, f"waited {WITHIN_S} s for {what}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


class Vigil:
    """One installation in a home of its own, without a demo project."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        unset = {"DATABASE_URL", "BROKER_URL", "VIGIL_TEST_HOME_READY"}
        kept = {name: value for name, value in os.environ.items() if name not in unset}
        self.environment = {**kept, "VIGIL_HOME": str(home), "VIGIL_DEMO": "0"}
        self.process: subprocess.Popen[str] | None = None

    def up(self) -> "subprocess.Popen[str]":
        command = [sys.executable, "manage.py", "up", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        return self.process

    def up_and_ready(self) -> None:
        process = self.up()
        until(lambda: probe(port=self.port) == 200 or process.poll() is not None, "/healthz")
        assert process.poll() is None, process.communicate()[0]

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )

    def processes(self) -> list[str]:
        """Whatever runs for this home, this test aside."""
        found = []
        for process in psutil.process_iter():
            try:
                text = " ".join(process.cmdline()) + json.dumps(process.environ())
            except psutil.Error:
                continue
            if str(self.home) in text and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(f"{process.pid} {' '.join(process.cmdline())[:100]}")
        return found

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
