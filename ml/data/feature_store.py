"""The feature store: what the frozen backbone says of each video, computed once and kept as safetensors.

An entry is keyed by the video's sha256, the backbone and the sampling. It is written aside and renamed, so whoever
reads sees all of it or nothing; one that fails its check is reported by name, set aside and computed again. The store
has a size cap; `ml.data.store_room` says what goes when it is reached.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import weakref
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ml.data.feature_entry import INDEX_FILE, ClipFeatures, EntryWriter, StoredFeatures, unwritable
from ml.data.store_room import StoreRoom
from ml.errors import FeatureEntryCorrupt, VideoKeyInvalid

SAFE_KEY = re.compile(r"[0-9A-Za-z_-]{1,128}")
DEFAULT_CAP_GB = 50.0
CORRUPT = ".corrupt"


class FeatureStore:
    """Entries of one backbone and sampling; entries of others share its folder and its cap."""

    def __init__(
        self,
        store_dir: str | Path,
        *,
        identity: str,
        group_shapes: Mapping[str, tuple[int, ...]],
        cap_gb: float = DEFAULT_CAP_GB,
    ) -> None:
        """Plain facts of the backbone and the sampling.

        Args:
            store_dir: holds a folder for each identity.
            identity: all that features depend on but the video; entries of another identity are not found.
            group_shapes: shape of each group's values of one clip.
            cap_gb: what all entries in `store_dir` may take, in 10^9 bytes.
        """
        self.group_shapes = dict(group_shapes)
        self._root = Path(store_dir)
        self._folder = self._root / hashlib.sha256(identity.encode()).hexdigest()[:16]
        self._room = StoreRoom(self._root, round(cap_gb * 1e9))

    def path(self, video_key: str) -> Path:
        """Folder where the entry of a video is or would be."""
        if not SAFE_KEY.fullmatch(video_key):
            raise VideoKeyInvalid(f"{video_key!r} is no key of a video; it must be the sha256 of the file")
        return self._folder / video_key

    def has(self, video_key: str) -> bool:
        """Whether there is an entry; it may still prove corrupt when it is opened."""
        return self.path(video_key).is_dir()

    @contextmanager
    def pinned(self, video_key: str, title: str = "") -> Iterator[None]:
        """Within the block the video's entry, there already or not, is not evicted.

        Args:
            video_key: key of the video.
            title: what messages call the video.

        Raises:
            StoreUnwritable: no space left, or no right to write.
        """
        path = self.path(video_key)
        try:
            self._room.pin(path)
        except OSError as error:
            raise unwritable(title or video_key, error) from error
        try:
            yield
        finally:
            self._room.unpin(path)

    def open(self, video_key: str) -> StoredFeatures:
        """The entry of a video, to be read by the stretch; it is not evicted while the object lives.

        Raises:
            FileNotFoundError: no entry.
            FeatureEntryCorrupt: an entry that is damaged or does not add up.
            StoreUnreadable: an entry that cannot be read at the moment.
            StoreUnwritable: the store cannot take the note that the entry is in use.
        """
        path = self.path(video_key)
        if not path.is_dir():
            raise FileNotFoundError(path)
        with self.pinned(video_key):
            try:
                stored = StoredFeatures(path, self.group_shapes)
            except FeatureEntryCorrupt:
                # Another process may have set it aside meanwhile.
                if not path.is_dir():
                    raise FileNotFoundError(path) from None
                raise
            # An entry of which the last use cannot be noted is as good as any other.
            with suppress(OSError):
                os.utime(path / INDEX_FILE)
            self._room.pin(path)
            weakref.finalize(stored, self._room.unpin, path)
        return stored

    def read(self, video_key: str) -> ClipFeatures:
        """All features of a video in memory; raises as `open` does."""
        return self.open(video_key).whole()

    @contextmanager
    def writer(self, video_key: str, title: str = "") -> Iterator[EntryWriter]:
        """Write an entry clip by clip; it is there, whole, when the block ends well. An entry that is there stays.

        Args:
            video_key: key of the video.
            title: what messages call the video.

        Raises:
            FeaturesBroken: a feature that is not a finite number.
            StoreUnwritable: no space left, or no right to write.
        """
        path, title = self.path(video_key), title or video_key
        with ExitStack() as held:
            held.enter_context(self.pinned(video_key, title))
            try:
                draft = self._room.draft()
            except OSError as error:
                raise unwritable(title, error) from error
            held.callback(shutil.rmtree, draft, ignore_errors=True)
            yield EntryWriter(draft, self.group_shapes, title)
            try:
                self._publish(draft, path)
            except OSError as error:
                raise unwritable(title, error) from error

    def write(self, video_key: str, features: ClipFeatures) -> None:
        """Keep features that are in memory; raises as `writer` does."""
        with self.writer(video_key) as entry:
            entry.add(features.groups)
            entry.finish(features.clip_start_ms, features.clip_end_ms)

    def set_aside(self, video_key: str) -> None:
        """Rename a corrupt entry so that it is computed again and can still be looked at; it counts as any other.

        One that is sound, since another process was quicker and has replaced it, stays.

        Raises:
            StoreUnreadable: an entry that cannot be read at the moment; it stays.
            StoreUnwritable: no right to rename it.
        """
        path = self.path(video_key)
        try:
            seen = path.stat()
            StoredFeatures(path, self.group_shapes)
        except FileNotFoundError:
            return
        except FeatureEntryCorrupt:
            try:
                self._rename_aside(path, seen)
            except OSError as error:
                raise unwritable(video_key, error) from error

    def _rename_aside(self, path: Path, seen: os.stat_result) -> None:
        """Rename an entry unless it is not the folder any more that was seen."""
        aside = path.with_suffix(CORRUPT)
        with self._room.locked(), suppress(FileNotFoundError):
            if os.path.samestat(path.stat(), seen):
                shutil.rmtree(aside, ignore_errors=True)
                path.rename(aside)

    def _publish(self, draft: Path, path: Path) -> None:
        if not (draft / INDEX_FILE).exists():
            raise ValueError(f"the entry of {path.name} was not finished")
        self._room.make_room(draft)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            try:
                draft.rename(path)
            except OSError:
                # Another process was quicker with the same features; anything else is a failure.
                if not path.is_dir():
                    raise
