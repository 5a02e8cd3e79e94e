"""Room in a feature store: a size cap, the least recently used entry goes first, and nothing in use ever goes.

Several processes share a store. Each that uses one has a folder below `.uses` with an empty file (a pin) for every
entry that it uses and with its drafts, and holds a lock beside it for as long as it lives: a folder whose lock can be
had belonged to a process that is dead. Pinning and choosing what to evict exclude each other through one more lock;
its file keeps the running total of bytes, to which all of them add. Whatever a process looks at may vanish meanwhile.
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
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ml.data.feature_entry import INDEX_FILE

logger = logging.getLogger(__name__)
USES, LOCK, EVICTED = ".uses", ".lock", ".evicted"
TOTAL_BYTES = 8
"""Length of the running total in the lock's file."""


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
        self._has_counted = False

    def pin(self, entry: Path) -> None:
        """Keep an entry until it is unpinned as often as it was pinned, or this process ends.

        Raises:
            OSError: the pin cannot be written; it does not count then.
        """
        name = self._name(entry)
        with self._guard:
            # Counted first: a reader that is garbage collected meanwhile must not take the last pin off.
            self._pins[name] += 1
            try:
                if self._pins[name] == 1:
                    mine = self._folder()
                    with self.locked():
                        (mine / name).touch()
            except OSError:
                self.unpin(entry)
                raise

    def unpin(self, entry: Path) -> None:
        """Take one pin off; one that cannot be taken off goes when this process ends."""
        name = self._name(entry)
        with self._guard:
            self._pins[name] -= 1
            if self._pins[name] <= 0:
                del self._pins[name]
                if self._mine is not None:
                    with suppress(OSError):
                        (self._mine / name).unlink(missing_ok=True)

    def draft(self) -> Path:
        """A new folder to write an entry in; it counts as used space, and goes when this process is gone."""
        with self._guard:
            draft = self._folder() / f"draft-{secrets.token_hex(8)}"
        draft.mkdir()
        return draft

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Within the block nobody else pins, evicts or sets aside; gives the handle of the lock's file."""
        self._root.mkdir(parents=True, exist_ok=True)
        # The guard always comes before the lock, or two threads could wait for each other.
        with self._guard:
            lock = os.open(self._root / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield lock
            finally:
                os.close(lock)

    def make_room(self, draft: Path) -> None:
        """Evict what was not used for longest until the store lies below the cap, this draft included.

        Counting a store of many entries takes a while, so it is done at a process's first draft and then only when the
        running total says that the cap is reached. However many processes write, the cap is passed by no more than the
        drafts that they have not brought here yet, and by what is in use.
        """
        with self.locked() as lock:
            before_bytes = _running_total(lock) if self._has_counted else None
            total_bytes = 0 if before_bytes is None else before_bytes + _size(draft)
            if before_bytes is None or total_bytes > self._cap_bytes:
                total_bytes, self._has_counted = self._count_and_evict(), True
            os.pwrite(lock, total_bytes.to_bytes(TOTAL_BYTES, "little"), 0)
        for evicted in self._root.glob(f"{EVICTED}-*"):
            _remove(evicted)

    def _count_and_evict(self) -> int:
        """Bytes of the store, drafts included, when what can go has gone."""
        kept = self._clear_dead_uses()
        # Drafts first: one that becomes an entry meanwhile counts twice rather than not at all.
        total_bytes = _size(self._root / USES)
        entries = sorted(self._entries(), key=lambda entry: entry.used_ns)
        total_bytes += sum(entry.size for entry in entries)
        for entry in entries:
            if total_bytes > self._cap_bytes and self._name(entry.path) not in kept:
                with suppress(FileNotFoundError):
                    entry.path.rename(self._root / f"{EVICTED}-{secrets.token_hex(8)}")
                    total_bytes -= entry.size
        if total_bytes > self._cap_bytes:
            logger.warning(
                "the feature store in %s is %.2f GB above its cap of %.2f GB with what is in use; raise the cap",
                self._root,
                (total_bytes - self._cap_bytes) / 1e9,
                self._cap_bytes / 1e9,
            )
        return total_bytes

    def _entries(self) -> Iterator[_Entry]:
        """Whatever lies in a folder of the store; what earlier versions wrote, and what was set aside, too."""
        for folder in _children(self._root):
            if folder.name.startswith(".") or not folder.is_dir():
                continue
            for path in _children(folder):
                index = path / INDEX_FILE
                try:
                    used_ns = (index if index.exists() else path).stat().st_mtime_ns
                except FileNotFoundError:
                    continue
                yield _Entry(path, used_ns, _size(path))

    def _clear_dead_uses(self) -> set[str]:
        """Names of all entries that a living process uses; what dead ones left is removed."""
        kept: set[str] = set()
        for lock in (self._root / USES).glob("*.lock"):
            uses = lock.with_suffix("")
            # A process that ends removes its lock and its folder itself.
            with suppress(FileNotFoundError):
                if _is_free(lock):
                    _remove(uses)
                    lock.unlink(missing_ok=True)
            kept |= {path.name for path in _children(uses)}
        return kept

    def _folder(self) -> Path:
        """This process's folder of pins and drafts."""
        if self._mine is None:
            mine = self._root / USES / f"{os.getpid()}-{secrets.token_hex(8)}"
            mine.parent.mkdir(parents=True, exist_ok=True)
            with self.locked():
                lock = os.open(mine.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX)
                    mine.mkdir()
                except OSError:
                    os.close(lock)
                    raise
            weakref.finalize(self, _leave, mine, lock, os.getpid())
            self._mine = mine
        return self._mine

    def _name(self, entry: Path) -> str:
        return ".".join(entry.relative_to(self._root).parts)


def _running_total(lock: int) -> int | None:
    """Bytes of a store by the file of its lock; None where nobody has counted it yet."""
    kept = os.pread(lock, TOTAL_BYTES, 0)
    return int.from_bytes(kept, "little") if len(kept) == TOTAL_BYTES else None


def _children(folder: Path) -> list[Path]:
    """What lies in a folder; nothing where it has vanished."""
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


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
