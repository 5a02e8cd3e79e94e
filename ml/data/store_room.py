"""Room in a feature store: a size cap, the least recently used entry goes first, and nothing in use ever goes.

Several processes share a store. Each that uses one has a folder below `.uses` with an empty file (a pin) for every
entry that it uses and with its drafts, and holds a lock beside it for as long as it lives: a folder whose lock can be
had belonged to a process that is dead. Pinning and choosing what to evict exclude each other through one more lock.
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import shutil
import threading
import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ml.data.feature_entry import INDEX_FILE

logger = logging.getLogger(__name__)
USES, LOCK, EVICTED = ".uses", ".lock", ".evicted"
WRITERS = 8
"""Processes that may fill a store at once without its cap being passed by more than a draft of each."""


@dataclass(frozen=True)
class _Entry:
    path: Path
    used_ns: int
    size: int


class StoreRoom:
    """This process's hold on a store: what it pins stays, and it makes room below the cap."""

    def __init__(self, root: Path, cap_bytes: int) -> None:
        self._root, self._cap_bytes = root, cap_bytes
        self._pins: Counter[str] = Counter()
        # A reader that is garbage collected while this is held takes its pin off at once: hence re-entrant.
        self._guard = threading.RLock()
        self._mine: Path | None = None
        self._room_bytes, self._written_bytes = 0, 0
        """Below the cap when that was last counted, and written by this process since."""

    @contextmanager
    def pinned(self, entry: Path) -> Iterator[None]:
        """The entry, there already or not, stays within the block."""
        self.pin(entry)
        try:
            yield
        finally:
            self.unpin(entry)

    def pin(self, entry: Path) -> None:
        """Keep an entry until it is unpinned as often as it was pinned, or this process ends."""
        name = self._name(entry)
        with self._guard:
            self._pins[name] += 1
            if self._pins[name] == 1:
                mine = self._folder()
                with self._locked():
                    (mine / name).touch()

    def unpin(self, entry: Path) -> None:
        """Take one pin off."""
        name = self._name(entry)
        with self._guard:
            self._pins[name] -= 1
            if self._pins[name] <= 0:
                del self._pins[name]
                (self._folder() / name).unlink(missing_ok=True)

    def draft(self) -> Path:
        """A new folder to write an entry in; it counts as used space, and goes when this process is gone."""
        with self._guard:
            draft = self._folder() / f"draft-{secrets.token_hex(8)}"
        draft.mkdir()
        return draft

    def make_room(self, draft: Path) -> None:
        """Evict what was not used for longest until the store, drafts included, lies below the cap.

        Counting a store of many entries takes a while, so it is left out while there is room enough for this draft
        and those that a few other processes may have written meanwhile.
        """
        self._written_bytes += _size(draft)
        if self._written_bytes * WRITERS > self._room_bytes:
            self._count_and_evict()

    def _count_and_evict(self) -> None:
        with self._locked():
            kept = self._clear_dead_uses()
            entries = sorted(self._entries(), key=lambda entry: entry.used_ns)
            drafts = _size(self._root / USES)
            excess = sum(entry.size for entry in entries) + drafts - self._cap_bytes
            for entry in entries:
                if excess > 0 and self._name(entry.path) not in kept:
                    entry.path.rename(self._root / f"{EVICTED}-{secrets.token_hex(8)}")
                    excess -= entry.size
        self._room_bytes, self._written_bytes = -excess, 0
        if excess > 0:
            logger.warning(
                "the feature store in %s is %.2f GB above its cap of %.2f GB with what is in use; raise the cap",
                self._root,
                excess / 1e9,
                self._cap_bytes / 1e9,
            )
        for evicted in self._root.glob(f"{EVICTED}-*"):
            _remove(evicted)

    def _entries(self) -> Iterator[_Entry]:
        """Whatever lies in a folder of the store; what earlier versions wrote, and what was set aside, too."""
        for folder in self._root.iterdir():
            if folder.name.startswith(".") or not folder.is_dir():
                continue
            for path in folder.iterdir():
                index = path / INDEX_FILE
                used = index if index.exists() else path
                yield _Entry(path, used.stat().st_mtime_ns, _size(path))

    def _clear_dead_uses(self) -> set[str]:
        """Names of all entries that a living process uses; what dead ones left is removed."""
        kept: set[str] = set()
        for lock in (self._root / USES).glob("*.lock"):
            uses = lock.with_suffix("")
            if lock.exists() and _is_free(lock):
                _remove(uses)
                lock.unlink(missing_ok=True)
            elif uses.is_dir():
                kept |= {path.name for path in uses.iterdir()}
        return kept

    def _folder(self) -> Path:
        """This process's folder of pins and drafts."""
        if self._mine is None:
            mine = self._root / USES / f"{os.getpid()}-{secrets.token_hex(8)}"
            mine.parent.mkdir(parents=True, exist_ok=True)
            with self._locked():
                lock = os.open(mine.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
                fcntl.flock(lock, fcntl.LOCK_EX)
                mine.mkdir()
            weakref.finalize(self, _leave, mine, lock, os.getpid())
            self._mine = mine
        return self._mine

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._root.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._root / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _name(self, entry: Path) -> str:
        return ".".join(entry.relative_to(self._root).parts)


def _is_free(lock: Path) -> bool:
    """Whether nobody holds a lock file."""
    handle = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def _leave(mine: Path, lock: int, pid: int) -> None:
    if os.getpid() != pid:
        # A fork of the process that uses the store; the use is not its to end.
        return
    _remove(mine)
    mine.with_suffix(".lock").unlink(missing_ok=True)
    os.close(lock)


def _size(path: Path) -> int:
    """Bytes of a file, or of everything below a folder; what vanishes meanwhile counts nothing."""
    try:
        if not path.is_dir():
            return path.stat().st_size
        return sum(_size(Path(child.path)) for child in os.scandir(path))
    except FileNotFoundError:
        return 0


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
