"""Reads ActivityNet-style segments: `{file: {duration, annotations: [{segment: [s, e], label}]}}`, times in seconds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ml.contracts import LabelledSegment
from vigil.interop.importers.reading import ImportedRow, Reading, ReadingOptions
from vigil.interop.json_files import json_read
from vigil.projects.errors import Invalid

FAR_AWAY_S = 10_000_000
SENTENCE_KEYS = ("sentence", "explanation", "caption")


def read(path: Path, _options: ReadingOptions) -> Reading:
    """One row a video; a video without annotations is normal throughout.

    Raises:
        Invalid: the file is not such a mapping.
    """
    content = json_read(path)
    if isinstance(content, Mapping) and isinstance(content.get("database"), Mapping):
        content = content["database"]
    if not isinstance(content, Mapping):
        raise Invalid(f"{path} is not an object of files; expected {{file: {{duration, annotations: [...]}}}}")
    reading = Reading()
    for name, entry in content.items():
        annotations = entry.get("annotations") if isinstance(entry, Mapping) else None
        if not isinstance(annotations, list):
            reading.faults.append(f"{name}: has no list `annotations`")
            continue
        try:
            segments = tuple(_segment(number, one) for number, one in enumerate(annotations, start=1))
        except ValueError as error:
            reading.faults.append(f"{name}: {error}")
            continue
        reading.rows.append(ImportedRow(name, name, name, "", segments, is_fully_watched=True))
    return reading


def _segment(number: int, one: Any) -> LabelledSegment:
    interval = one.get("segment") if isinstance(one, Mapping) else None
    if not isinstance(interval, list) or len(interval) != 2 or not all(type(t) in {int, float} for t in interval):
        raise ValueError(f"annotation {number} has no `segment` of two numbers of seconds")
    if not 0 <= interval[0] < interval[1] < FAR_AWAY_S:
        raise ValueError(f"annotation {number} goes from {interval[0]} s to {interval[1]} s, which is no interval")
    start_ms, end_ms = round(interval[0] * 1000), round(interval[1] * 1000)
    sentence = next((str(one[key]) for key in SENTENCE_KEYS if one.get(key)), "")
    return LabelledSegment(start_ms, end_ms, str(one.get("label") or "Abnormal"), sentence)
