"""One entry of the feature store: a folder of parts, written and read a stretch of clips at a time.

Dimensions: C clips of a video, c of them. A day of video is 430 MB of values with profile tiny and 17 GB with the
paper's 256 tokens a clip, so nothing here holds more than a part or what was asked for.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Protocol

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ml.errors import FeatureEntryCorrupt, FeaturesBroken, ModelError, StoreUnreadable, StoreUnwritable

PART_BYTES = 8 * 2**20
"""About the size of a part; the last one is smaller."""
INDEX_FILE = "index.safetensors"
CLIP_EDGES, PART_CHECKSUMS, PART_CLIPS = "clip_edges_ms", "part_checksums", "part_clips"


class ClipSource(Protocol):
    """Features of a video that can be had by the stretch, wherever they are."""

    @property
    def clip_start_ms(self) -> tuple[int, ...]:
        """When each clip begins."""

    @property
    def clip_end_ms(self) -> tuple[int, ...]:
        """When each clip ends."""

    def clips(self, first: int, stop: int) -> dict[str, Tensor]:
        """Groups [c, *shape] float32 of the clips from `first` up to, not including, `stop`."""

    def chosen(self, index_c: Tensor) -> dict[str, Tensor]:
        """Groups [c, *shape] float32 of the clips with these ascending places."""


@dataclass(frozen=True)
class ClipFeatures:
    """Everything that training and scoring need of a video, in memory; C clips."""

    groups: dict[str, Tensor]
    """Group name to [C, *shape] float32."""
    clip_start_ms: tuple[int, ...]
    clip_end_ms: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.clip_start_ms)

    def clips(self, first: int, stop: int) -> dict[str, Tensor]:
        """Groups [c, *shape] float32 of a stretch of clips."""
        return {name: values[first:stop] for name, values in self.groups.items()}

    def chosen(self, index_c: Tensor) -> dict[str, Tensor]:
        """Groups [c, *shape] float32 of the clips with these places."""
        return {name: values[index_c] for name, values in self.groups.items()}


class StoredFeatures:
    """A sound entry on disk; clips are read when they are asked for. No file stays open in between."""

    def __init__(self, folder: Path, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Reads the entry through once, so that whoever has this object can rely on it.

        Raises:
            FileNotFoundError: no entry.
            FeatureEntryCorrupt: an entry that is damaged or does not add up.
            StoreUnreadable: an entry that cannot be read at the moment.
        """
        self._folder, self._shapes = folder, dict(shapes)
        index = _index(folder)
        edges_2C = index[CLIP_EDGES]
        self.clip_start_ms: tuple[int, ...] = tuple(edges_2C[0].tolist())
        self.clip_end_ms: tuple[int, ...] = tuple(edges_2C[1].tolist())
        self._part_clips = int(index[PART_CLIPS])
        expected = -(-len(self) // max(self._part_clips, 1))
        if self._part_clips < 1 or len(index[PART_CHECKSUMS]) != expected:
            raise _corrupt(folder, "does not say which clips its parts hold")
        for part, checksum in enumerate(index[PART_CHECKSUMS].tolist()):
            self._check_part(part, checksum)

    def __len__(self) -> int:
        return len(self.clip_start_ms)

    @property
    def nbytes(self) -> int:
        """Bytes of all groups in float32, as `whole` would hold them."""
        return 4 * len(self) * sum(torch.Size(shape).numel() for shape in self._shapes.values())

    def whole(self) -> ClipFeatures:
        """All clips in memory."""
        return ClipFeatures(self.clips(0, len(self)), self.clip_start_ms, self.clip_end_ms)

    def clips(self, first: int, stop: int) -> dict[str, Tensor]:
        """Groups [c, *shape] float32 of the clips from `first` up to `stop`; both are cut to the video.

        Raises:
            FeatureEntryCorrupt: a part that has been damaged or set aside since the entry was opened.
            StoreUnreadable: a part that cannot be read at the moment.
        """
        first, stop, _ = slice(first, stop).indices(len(self))
        return self._gathered(range(first, stop))

    def chosen(self, index_c: Tensor) -> dict[str, Tensor]:
        """Groups [c, *shape] float32 of the clips with these places; only their pages are read.

        Raises:
            ValueError: places that do not ascend.
            IndexError: a place outside the video.
            FeatureEntryCorrupt, StoreUnreadable: as `clips` does.
        """
        places = index_c.tolist()
        if any(after < before for before, after in zip(places, places[1:], strict=False)):
            raise ValueError("the places of clips must ascend")
        if places and not 0 <= places[0] <= places[-1] < len(self):
            raise IndexError(f"clips {places[0]} to {places[-1]} of an entry of {len(self)}")
        return self._gathered(places)

    def _gathered(self, places: Sequence[int]) -> dict[str, Tensor]:
        pieces: dict[str, list[Tensor]] = {name: [torch.zeros(0, *shape)] for name, shape in self._shapes.items()}
        for part, in_part in groupby(places, key=lambda place: place // self._part_clips):
            rows = torch.tensor(list(in_part)) - part * self._part_clips
            path = _part_path(self._folder, part)
            with _reading(path), safe_open(path, framework="pt") as stored:
                for name, values in pieces.items():
                    # The tensor is a map of the file: indexing it reads the wanted rows alone.
                    values.append(stored.get_tensor(name)[rows].float())
        return {name: torch.cat(values) for name, values in pieces.items()}

    def _check_part(self, part: int, checksum: int) -> None:
        path = _part_path(self._folder, part)
        clips = min(self._part_clips, len(self) - part * self._part_clips)
        with _reading(path):
            if zlib.crc32(path.read_bytes()) != checksum:
                raise _corrupt(self._folder, f"has other values in {path.name} than were written")
            with safe_open(path, framework="pt") as stored:
                for name, shape in self._shapes.items():
                    if tuple(stored.get_slice(name).get_shape()) != (clips, *shape):
                        raise _corrupt(self._folder, f"has no sound group {name!r}")


class EntryWriter:
    """Takes the clips of one video in order and writes them out part by part."""

    def __init__(self, draft: Path, shapes: Mapping[str, tuple[int, ...]], title: str) -> None:
        """An empty folder to write to, the shape of each group's values of a clip, and what to call the video."""
        self._draft, self._shapes, self._title = draft, dict(shapes), title
        clip_bytes = 2 * sum(torch.Size(shape).numel() for shape in self._shapes.values())
        self._part_clips = max(1, PART_BYTES // clip_bytes)
        self._waiting: list[dict[str, Tensor]] = []
        self._waiting_clips, self._clips = 0, 0
        self._checksums: list[int] = []

    def add(self, groups: Mapping[str, Tensor]) -> None:
        """Take the next clips: groups [c, *shape], kept in half precision.

        Raises:
            FeaturesBroken: a value that is not a finite number.
            StoreUnwritable: no space left, or no right to write.
            ValueError: groups of other names or shapes than the store's.
        """
        clips = len(next(iter(groups.values())))
        expected = {name: (clips, *shape) for name, shape in self._shapes.items()}
        if {name: tuple(values.shape) for name, values in groups.items()} != expected:
            raise ValueError(f"groups of clips must have the shapes {expected}")
        halves = {name: values.half() for name, values in groups.items()}
        for name, values in halves.items():
            is_sound_c = values.flatten(1).isfinite().all(1)
            if not is_sound_c.all():
                clip = self._clips + int((~is_sound_c).nonzero()[0])
                raise FeaturesBroken(
                    f"{self._title}: the encoder gives no finite number for {name!r} of clip {clip}; re-encode the "
                    "video, and if others fail too, check the encoder's weights and dtype"
                )
        self._waiting.append(halves)
        self._waiting_clips += clips
        self._clips += clips
        if self._waiting_clips >= self._part_clips:
            self._write_parts(is_last=False)

    def finish(self, clip_start_ms: Sequence[int], clip_end_ms: Sequence[int]) -> None:
        """Write what is left and the index; the folder is a whole entry then.

        Raises:
            StoreUnwritable: no space left, or no right to write.
            ValueError: times of another number of clips than were added.
        """
        if not len(clip_start_ms) == len(clip_end_ms) == self._clips or not self._clips:
            raise ValueError(f"{len(clip_start_ms)} clip times for {self._clips} clips")
        self._write_parts(is_last=True)
        index = {
            CLIP_EDGES: torch.tensor([list(clip_start_ms), list(clip_end_ms)], dtype=torch.int64),
            PART_CHECKSUMS: torch.tensor(self._checksums, dtype=torch.int64),
            PART_CLIPS: torch.tensor(self._part_clips, dtype=torch.int64),
        }
        self._save(index, self._draft / INDEX_FILE)

    def _write_parts(self, *, is_last: bool) -> None:
        groups = {name: torch.cat([halves[name] for halves in self._waiting]) for name in self._shapes if self._waiting}
        first = 0
        while self._waiting_clips - first >= self._part_clips or (is_last and first < self._waiting_clips):
            part = {name: values[first : first + self._part_clips].contiguous() for name, values in groups.items()}
            path = _part_path(self._draft, len(self._checksums))
            self._save(part, path)
            self._checksums.append(zlib.crc32(path.read_bytes()))
            first = min(first + self._part_clips, self._waiting_clips)
        self._waiting = [{name: values[first:].clone() for name, values in groups.items()}]
        self._waiting_clips -= first

    def _save(self, tensors: dict[str, Tensor], path: Path) -> None:
        try:
            save_file(tensors, path)
        except (SafetensorError, OSError) as error:
            raise unwritable(self._title, error) from error


def unwritable(title: str, error: Exception) -> StoreUnwritable:
    """What to raise where an entry cannot be written."""
    return StoreUnwritable(
        f"the features of {title} cannot be kept ({error}); free some space where the feature store lies or lower its "
        "cap, or name a folder that can be written"
    )


def _index(folder: Path) -> dict[str, Tensor]:
    path = folder / INDEX_FILE
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    with _reading(path), safe_open(path, framework="pt") as stored:
        index = {name: stored.get_tensor(name) for name in (CLIP_EDGES, PART_CHECKSUMS, PART_CLIPS)}
    edges_2C = index[CLIP_EDGES]
    if edges_2C.dim() != 2 or edges_2C.shape[0] != 2 or edges_2C.shape[1] < 1 or (edges_2C[1] <= edges_2C[0]).any():
        raise _corrupt(folder, "has no sound clip times")
    return index


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Within the block a file of an entry is read; what fails is told apart: damage, or a reading that may yet succeed.

    Raises:
        FeatureEntryCorrupt: the file is not there, or not of the format.
        StoreUnreadable: anything else: too many open files, a disk or a right that fails.
    """
    try:
        yield
    except (SafetensorError, ValueError) as error:
        raise _corrupt(path.parent, f"has a damaged {path.name} ({error})") from None
    except (OSError, RuntimeError) as error:
        raise _unread(path, error) from error


def _unread(path: Path, error: Exception) -> ModelError:
    """What to raise for a file that could not be read. Safetensors calls every file that it cannot open missing, and
    torch raises a RuntimeError: what the matter is, only opening it says."""
    reason = error
    try:
        with path.open("rb"):
            pass
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return _corrupt(path.parent, f"has no {path.name}")
    except OSError as told:
        reason = told
    return StoreUnreadable(
        f"feature entry {path.parent.name} cannot be read now ({reason}); see to the disk, the rights of its files and "
        "the limit of open files, and start again, or delete it"
    )


def _part_path(folder: Path, part: int) -> Path:
    return folder / f"part-{part:05}.safetensors"


def _corrupt(folder: Path, what: str) -> FeatureEntryCorrupt:
    return FeatureEntryCorrupt(f"feature entry {folder.name} {what}; delete it")
