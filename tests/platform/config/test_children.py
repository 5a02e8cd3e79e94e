"""Children of `up`: restarted when they die, ended with all they started, by the watchdog if need be."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from vigil.config.children import Child, Watchdog
from vigil.config.file_locks import FileLock

# A process with a child of its own, both of which only end by a signal.
PARENT = "import subprocess, sys; p = subprocess.Popen(['sleep', '600']); print(p.pid, flush=True); p.wait()"
SUPERVISOR = """
import os, signal, sys
from pathlib import Path
from vigil.config.children import Child, Watchdog
child = Child("c", [sys.executable, "-c", sys.argv[2]], os.environ, Path(sys.argv[1]), Watchdog())
print(child.start().pid, flush=True)
signal.pause()
"""


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited 20 s in vain"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.fixture
def watchdog() -> Iterator[Watchdog]:
    watchdog = Watchdog()
    yield watchdog
    watchdog.dismiss()


def child_of(watchdog: Watchdog, tmp_path: Path, code: str) -> Child:
    return Child("worker", [sys.executable, "-c", code], os.environ, tmp_path / "logs" / "worker.log", watchdog)


def test_a_child_that_dies_is_started_again_after_a_pause(watchdog: Watchdog, tmp_path: Path) -> None:
    child = child_of(watchdog, tmp_path, "import sys; print('last words'); sys.exit(3)")
    child.start().wait()
    line = child.tend()
    assert line is not None and "status 3" in line and "in 1 s" in line
    assert child.tend() is None and child.starts == 1
    until(lambda: (child.tend(), child.starts)[1] == 2)
    until(lambda: child.last_words().count("last words") == 2)
    child.wait_until(time.monotonic() + 10)


def test_stopping_a_child_ends_what_it_started(watchdog: Watchdog, tmp_path: Path) -> None:
    child = child_of(watchdog, tmp_path, PARENT)
    child.start()
    until(lambda: child.last_words())
    grandchild = int(child.last_words())
    child.ask_to_stop()
    child.wait_until(time.monotonic() + 10)
    assert not child.is_running()
    until(lambda: is_gone(grandchild))


def test_a_child_that_ignores_the_request_is_killed(watchdog: Watchdog, tmp_path: Path) -> None:
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
    child = child_of(watchdog, tmp_path, code)
    process = child.start()
    until(lambda: child.last_words())
    child.ask_to_stop()
    child.wait_until(time.monotonic() + 0.2)
    assert process.returncode == -signal.SIGKILL


def test_a_killed_supervisor_leaves_nothing_behind(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISOR, log, PARENT], stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    child = int(supervisor.stdout.readline())
    until(lambda: log.read_text().strip())
    grandchild = int(log.read_text())
    supervisor.kill()
    supervisor.communicate()
    until(lambda: is_gone(child) and is_gone(grandchild))


@pytest.mark.parametrize("is_used", [True, False])
def test_the_watchdog_leaves_alone_what_others_use(tmp_path: Path, is_used: bool) -> None:
    watchdog = Watchdog()
    server = subprocess.Popen(["sleep", "600"], start_new_session=True)
    users = FileLock(tmp_path / "a folder" / "users")
    users.take(is_shared=True)
    watchdog.watch(server.pid, signal.SIGTERM, unless_locked=users.path)
    if not is_used:
        users.release()
    watchdog.dismiss()
    assert server.poll() is None if is_used else server.wait(20) == -signal.SIGTERM
    server.kill()
    server.wait()
