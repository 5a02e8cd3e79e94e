"""Locks that the kernel keeps: one holder, shared holders, and none after a kill."""

import subprocess
import sys
from pathlib import Path

from vigil.config.file_locks import FileLock, is_locked

HOLD = """
import sys
from pathlib import Path
from vigil.config.file_locks import FileLock
lock = FileLock(Path(sys.argv[1]))
lock.take()
print("held", flush=True)
sys.stdin.read()
"""


def test_only_one_process_holds_it_and_a_kill_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    mine = FileLock(path)
    assert not mine.take(waits=False)
    assert is_locked(path)
    holder.kill()
    holder.communicate()
    assert not is_locked(path)
    assert mine.take(waits=False)
    mine.release()


def test_shared_holders_keep_an_exclusive_one_out(tmp_path: Path) -> None:
    one, two = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert one.take(is_shared=True) and two.take(is_shared=True)
    assert not one.take(waits=False)
    two.release()
    assert one.take(waits=False)
    one.release()


def test_a_lock_that_nobody_ever_took_is_free(tmp_path: Path) -> None:
    assert not is_locked(tmp_path / "never")
    assert list(tmp_path.iterdir()) == []
