"""The index of a data set: one JSON file that training, scoring and evaluation read.

`{"format": "vigil-index-1", "dataset": ..., "videos": [{"training": TrainingVideo, "frame_count", "fps"}, ...],
"truths": [VideoTruth, ...]}`, the contracts as `ml.contracts.to_json` gives them. A table `file,label,split` beside the
videos, as the platform imports it, is read as well.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml.contracts import TrainingVideo, VideoRef, VideoTruth, from_json, to_json
from ml.errors import DatasetInvalid
from ml.video.probing import file_sha256, probe

FORMAT = "vigil-index-1"
SPLITS = ("train", "val", "test")
READERS = 4
"""Files that are hashed and measured at once."""


@dataclass(frozen=True)
class IndexedVideo:
    """A video with what people said of it, and how its frames lie in time."""

    training: TrainingVideo
    frame_count: int
    fps: float

    @property
    def video(self) -> VideoRef:
        """The file."""
        return self.training.video


@dataclass(frozen=True)
class DatasetIndex:
    """All videos of a data set, and the truth of those that have one."""

    dataset: str
    videos: tuple[IndexedVideo, ...]
    truths: tuple[VideoTruth, ...] = ()


def write_index(path: Path, index: DatasetIndex) -> None:
    """Write the index; whoever reads sees the old file or the new one."""
    videos = [
        {"training": to_json(video.training), "frame_count": video.frame_count, "fps": video.fps}
        for video in index.videos
    ]
    values = {"format": FORMAT, "dataset": index.dataset, "videos": videos, "truths": to_json(index.truths)}
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(json.dumps(values, indent=1) + "\n", "utf-8")
    draft.replace(path)


def read_index(path: str | Path) -> DatasetIndex:
    """An index, or a table `file,label,split` whose files lie beside it.

    Raises:
        DatasetInvalid: neither of them, or a field that is missing or wrong; it is named.
        VideoUnreadable: a file of the table that is no video.
    """
    path = Path(path)
    if path.suffix.lower() == ".csv":
        return _read_table(path)
    try:
        values = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetInvalid(f"{path.name} cannot be read as JSON ({' '.join(str(error).split())})") from None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise DatasetInvalid(f"{path.name} is no index; make one by python -m ml.datasets, or give a table .csv")
    try:
        videos = tuple(_indexed(entry) for entry in values["videos"])
        truths = tuple(from_json(VideoTruth, entry) for entry in values.get("truths", []))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DatasetInvalid(f"{path.name} has an entry that cannot be read ({error}); make the index again") from None
    return DatasetIndex(str(values.get("dataset", "")), videos, truths)


def _indexed(entry: Any) -> IndexedVideo:
    return IndexedVideo(from_json(TrainingVideo, entry["training"]), int(entry["frame_count"]), float(entry["fps"]))


def _read_table(path: Path) -> DatasetIndex:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, ValueError, csv.Error) as error:
        raise DatasetInvalid(f"{path.name} cannot be read as a table ({error})") from None
    if not rows or not {"file", "label"} <= set(rows[0]):
        raise DatasetInvalid(f"{path.name} needs a first line file,label[,split] and a line for each video")
    refs = [_table_ref(row, path, line) for line, row in enumerate(rows, start=2)]
    return DatasetIndex(path.stem, measured([TrainingVideo(ref) for ref in refs]))


def _table_ref(row: dict[str, str], path: Path, line: int) -> VideoRef:
    file, label, split = ((row.get(name) or "").strip() for name in ("file", "label", "split"))
    split = split or "train"
    if not file or not label or split not in SPLITS:
        raise DatasetInvalid(f"{path.name}, line {line}: needs a file, a label and a split of {', '.join(SPLITS)}")
    if not (path.parent / file).is_file():
        raise DatasetInvalid(f"{path.name}, line {line}: there is no file {file} beside the table")
    kind = label if label in ("normal", "abnormal", "unknown") else "abnormal"
    classes = () if label == kind else (label,)
    return VideoRef("", file, str((path.parent / file).resolve()), 0, kind, classes, split)


def measured(videos: Sequence[TrainingVideo]) -> tuple[IndexedVideo, ...]:
    """The videos with the hash, length and frame rate of their files.

    Raises:
        VideoUnreadable: a file that cannot be read, by name.
    """
    with ThreadPoolExecutor(READERS) as pool:
        return tuple(pool.map(_measured, videos))


def _measured(video: TrainingVideo) -> IndexedVideo:
    path = Path(video.video.path)
    facts = probe(path)
    values = to_json(video) | {
        "video": to_json(video.video) | {"key": file_sha256(path), "duration_ms": facts.duration_ms}
    }
    return IndexedVideo(from_json(TrainingVideo, values), facts.frame_count, facts.fps)
