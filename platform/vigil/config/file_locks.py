"""Locks on files, held by the kernel: a killed process lets go by itself, so no stale lock is ever left."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileLock:
    """One `flock` on a file that stays in place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def take(self, *, is_shared: bool = False, waits: bool = True) -> bool:
        """Takes the lock, or changes the kind of the one held; False when another process is in the way."""
        if self._handle is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        kind = (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | (0 if waits else fcntl.LOCK_NB)
        try:
            fcntl.flock(self._handle, kind)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Only one process at a time gets past this."""
    lock = FileLock(path)
    lock.take()
    try:
        yield
    finally:
        lock.release()


def is_locked(path: Path) -> bool:
    """Whether some process holds the lock of `path` exclusively."""
    if not path.exists():
        return False
    lock = FileLock(path)
    try:
        return not lock.take(is_shared=True, waits=False)
    finally:
        lock.release()
