"""Reads Label Studio's JSON export (exportType=JSON, the only one that keeps explanations with their events)."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ml.contracts import LabelledSegment
from vigil.interop.importers.reading import ImportedRow, Reading, ReadingOptions
from vigil.interop.json_files import json_read
from vigil.interop.label_studio import RegionFault, regions_of, says_normal
from vigil.projects.errors import Invalid

VIDEO_KEYS = ("source_uuid", "name", "video", "video_url", "url")


def read(path: Path, options: ReadingOptions) -> Reading:
    """The annotations in the file; cancelled ones are left out.

    Raises:
        Invalid: not a list of tasks, or an unreadable config.
    """
    tasks = json_read(path)
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise Invalid(
            f"{path} is not a list of tasks; export the project from Label Studio as JSON (not JSON-MIN or CSV)"
        )
    fixed_fps = options.fps or (_config_fps(options.config) if options.config else None)
    reading = Reading()
    for number, task in enumerate(tasks, start=1):
        _read_task(reading, f"task {task.get('id', number)}", task, fixed_fps)
    return reading


def _read_task(reading: Reading, where: str, task: Mapping[str, Any], fixed_fps: float | None) -> None:
    values = task.get("data")
    video = _video_of(values) if isinstance(values, Mapping) else ""
    annotations = task.get("annotations", task.get("completions", []))
    if not video or not isinstance(values, Mapping):
        reading.faults.append(f"{where}: its data names no video; one of {', '.join(VIDEO_KEYS)} is needed")
        return
    if not isinstance(annotations, list):
        reading.faults.append(f"{where}: `annotations` is not a list; export as JSON")
        return
    for number, annotation in enumerate(annotations, start=1):
        if not isinstance(annotation, Mapping) or annotation.get("was_cancelled"):
            continue
        place = f"{where}, annotation {annotation.get('id', number)}"
        try:
            reading.rows.append(_row(place, video, annotation, fixed_fps or _task_fps(values)))
        except RegionFault as fault:
            reading.faults.append(f"{place}: {fault}")


def _row(place: str, video: str, annotation: Mapping[str, Any], fps: float | None) -> ImportedRow:
    regions = regions_of(annotation.get("result"), fps)
    return ImportedRow(
        where=place,
        external_id=_storable(annotation.get("unique_id") or annotation.get("id") or f"{video} {place}"),
        video=video,
        author=_storable(_author(annotation.get("completed_by"))),
        segments=tuple(LabelledSegment(one.start_ms, one.end_ms, one.label, one.explanation) for one in regions),
        keys=tuple(one.key for one in regions),
        is_fully_watched=not regions and says_normal(annotation.get("result")),
    )


def _storable(name: Any) -> str:
    """The name as text without the characters that no database takes."""
    text = str(name).replace("\0", "")
    return text.encode("utf-8", "replace").decode("utf-8")


def _author(completed_by: Any) -> str:
    """An id in exports, an object in some API answers."""
    if isinstance(completed_by, Mapping):
        completed_by = completed_by.get("email") or completed_by.get("username") or completed_by.get("id")
    return "" if completed_by is None else str(completed_by)


def _video_of(values: Mapping[str, Any]) -> str:
    """Our own id if it is there; else the file name in whatever URL there is."""
    for key in VIDEO_KEYS:
        text = values.get(key)
        if isinstance(text, str) and text.strip():
            return text.strip() if key in {"source_uuid", "name"} else _file_name(text.strip())
    return ""


def _file_name(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # `http://[`
        return url.rsplit("/", 1)[-1]
    local = parse_qs(parts.query).get("d", [""])[0]
    name = unquote(local or parts.path).rsplit("/", 1)[-1]
    # Label Studio puts eight hexadecimal digits and a dash before the name of an uploaded file.
    head, dash, rest = name.partition("-")
    is_upload = parts.path.startswith("/data/upload/") and dash and len(head) == 8
    return rest if is_upload and all(c in "0123456789abcdef" for c in head) else name


def _task_fps(values: Mapping[str, Any]) -> float | None:
    for key in ("fps", "frameRate", "frame_rate"):
        fps = _positive(values.get(key))
        if fps is not None:
            return fps
    return None


def _config_fps(path: Path) -> float | None:
    """The number in frameRate="..." of the labelling configuration; None when it is a $variable."""
    try:
        root: ElementTree.Element = fromstring(path.read_text(encoding="utf-8"))
    except (OSError, ElementTree.ParseError, DefusedXmlException, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is not a labelling configuration: {error}") from error
    for video in root.iter("Video"):
        fps = _positive(video.get("frameRate") or video.get("framerate"))
        if fps is not None:
            # Label Studio reads a value below 1 as the length of a frame in seconds.
            return fps if fps >= 1 else 1 / fps
    return None


def _positive(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 < number < 10_000 else None
