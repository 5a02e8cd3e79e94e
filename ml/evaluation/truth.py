"""Ground truth files of ActivityNet's form: `{file: {duration, annotations: [{segment: [start_s, end_s], label}]}}`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ml.contracts import TruthSegment, VideoRef, VideoTruth
from ml.errors import TruthInvalid


def read_truth(path: str | Path, videos: Sequence[VideoRef]) -> list[VideoTruth]:
    """Truth of those videos that the file names; a file name matches with or without its folders.

    Raises:
        TruthInvalid: a file that is not of this form, the entry named; or one that names none of the videos.
    """
    name = Path(path).name
    try:
        values = json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise TruthInvalid(f"{name} cannot be read as JSON ({error})") from None
    if not isinstance(values, dict):
        raise TruthInvalid(f"{name} must hold an object of file names, not a {type(values).__name__}")
    entries = {Path(str(file)).name: entry for file, entry in values.items()}
    found = [_truth(entries[video.name], video, name) for video in videos if video.name in entries]
    if not found:
        raise TruthInvalid(f"{name} names none of the {len(videos)} videos; its keys must be their file names")
    return found


def _truth(entry: Any, video: VideoRef, name: str) -> VideoTruth:
    where = f"{name}, {video.name}"
    if not isinstance(entry, dict) or not isinstance(entry.get("annotations"), list):
        raise TruthInvalid(f"{where}: expected {{duration, annotations: [...]}}")
    duration_ms = video.duration_ms
    if "duration" in entry:
        if not _is_number(entry["duration"]) or entry["duration"] <= 0:
            raise TruthInvalid(f"{where}: duration must be seconds above 0, not {entry['duration']!r}")
        duration_ms = round(entry["duration"] * 1000)
    segments = tuple(_segment(item, where, number) for number, item in enumerate(entry["annotations"], start=1))
    return VideoTruth(dataclasses.replace(video, duration_ms=duration_ms), segments)


def _segment(item: Any, where: str, number: int) -> TruthSegment:
    edges = item.get("segment") if isinstance(item, dict) else None
    if not isinstance(edges, list) or len(edges) != 2 or not all(_is_number(edge) for edge in edges):
        raise TruthInvalid(f"{where}: annotation {number} needs a segment of two numbers, [start_s, end_s]")
    if not 0 <= edges[0] < edges[1]:
        raise TruthInvalid(f"{where}: annotation {number} must start before it ends, not at {edges}")
    return TruthSegment(round(edges[0] * 1000), round(edges[1] * 1000), str(item.get("label", "")))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value
