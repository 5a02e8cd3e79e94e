"""Ground truth files of ActivityNet's form: `{file: {duration, annotations: [{segment: [start_s, end_s], label}]}}`.

An annotation may also have an `explanation`: a person's sentence, which the model's sentences are compared with.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ml.contracts import TruthSegment, VideoRef, VideoTruth
from ml.errors import TruthInvalid
from ml.evaluation.json_files import read_json

MAX_S = 2_000_000
"""Longer than three weeks is a mistake, and more milliseconds than the platform stores."""


def read_truth(path: str | Path, videos: Sequence[VideoRef], other_names: Iterable[str] = ()) -> list[VideoTruth]:
    """Truth of those videos that the file names, exactly or by the end of the path.

    `other_names` are videos that are not asked for here: an entry that is theirs is nobody else's.

    Raises:
        TruthInvalid: a file that is not of this form, the entry named; one that names none of the videos; or a name
            that fits more than one video or entry.
    """
    name = Path(path).name
    entries = truth_entries(path)
    keys = keys_by_name(entries, [video.name for video in videos], other_names, source=name)
    found = [_truth(entries[keys[video.name]], video, name) for video in videos if video.name in keys]
    if not found:
        raise TruthInvalid(f"{name} names none of the {len(videos)} videos; its keys must be their file names")
    return found


def truth_entries(path: str | Path) -> dict[str, Any]:
    """What the file holds by name, unchecked.

    Raises:
        TruthInvalid: it is no JSON object, or has a name twice.
    """
    name = Path(path).name
    values = read_json(Path(path), TruthInvalid)
    if not isinstance(values, dict):
        raise TruthInvalid(f"{name} must hold an object of file names, not a {type(values).__name__}")
    database = values.get("database")  # as ActivityNet itself wraps it
    return database if isinstance(database, dict) else values


def keys_by_name(
    keys: Iterable[str], names: Iterable[str], other_names: Iterable[str] = (), *, source: str = "the truth"
) -> dict[str, str]:
    """The key of each name that has one: the same path, else the only one of which one path ends with the other.

    Raises:
        TruthInvalid: an ending fits two keys or two videos, or two keys are the same path; both are named.
    """
    keys = _without_doubles(keys, source)
    wanted = list(dict.fromkeys(names))
    exact, free_keys, free_names = _exact_and_free(keys, [*wanted, *other_names])
    found = {name: exact[name] for name in wanted if name in exact}
    for name in wanted:
        fitting = [] if name in exact else _fitting(name, free_keys)
        if len(fitting) > 1:
            raise TruthInvalid(f"{source}: {fitting[0]!r} and {fitting[1]!r} both fit the video {name!r}; keep one")
        for key in fitting:
            rivals = _fitting(key, free_names)
            if len(rivals) > 1:
                both = f"{rivals[0]!r} and {rivals[1]!r}"
                raise TruthInvalid(f"{source}: {key!r} fits the videos {both}; write the name with its folders")
            found[name] = key
    return found


def unmatched_keys(keys: Iterable[str], names: Iterable[str]) -> list[str]:
    """The keys that are of no video, sorted."""
    _, free_keys, free_names = _exact_and_free(keys, names)
    return sorted(key for same_file in free_keys.values() for key in same_file if not _fitting(key, free_names))


def _without_doubles(keys: Iterable[str], source: str) -> list[str]:
    """The keys, each once; `a.mp4` and `./a.mp4` would stand for one video."""
    by_path: dict[tuple[str, ...], str] = {}
    for key in dict.fromkeys(keys):
        if _parts(key) in by_path:
            raise TruthInvalid(f"{source}: {by_path[_parts(key)]!r} and {key!r} are the same video; keep one")
        by_path[_parts(key)] = key
    return list(by_path.values())


def _exact_and_free(
    keys: Iterable[str], names: Iterable[str]
) -> tuple[dict[str, str], dict[str, list[str]], dict[str, list[str]]]:
    """The key of each name that is the same path, then the other keys and names by the file they end with."""
    keys, names = list(dict.fromkeys(keys)), list(dict.fromkeys(names))
    by_path = {_parts(key): key for key in keys}
    exact = {name: by_path[_parts(name)] for name in names if _parts(name) in by_path}
    taken = set(exact.values())
    return exact, _by_file(key for key in keys if key not in taken), _by_file(one for one in names if one not in exact)


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part for part in name.replace("\\", "/").split("/") if part not in {"", "."})


def _by_file(names: Iterable[str]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name in names:
        grouped.setdefault(_file(name), []).append(name)
    return grouped


def _file(name: str) -> str:
    return (_parts(name) or ("",))[-1]


def _fitting(name: str, grouped: Mapping[str, list[str]]) -> list[str]:
    """Those of which one path ends with the other."""
    path = _parts(name)
    others = [(other, _parts(other)) for other in grouped.get(_file(name), [])] if path else []
    return [other for other, end in others if path[-len(end) :] == end or end[-len(path) :] == path]


def _truth(entry: Any, video: VideoRef, name: str) -> VideoTruth:
    where = f"{name}, {video.name}"
    if not isinstance(entry, dict) or not isinstance(entry.get("annotations"), list):
        raise TruthInvalid(f"{where}: expected {{duration, annotations: [...]}}")
    duration_ms = video.duration_ms
    if "duration" in entry:
        if not _is_seconds(entry["duration"]) or entry["duration"] == 0:
            raise TruthInvalid(f"{where}: duration must be seconds above 0, not {_shown(entry['duration'])}")
        duration_ms = round(entry["duration"] * 1000)
    segments = tuple(_segment(item, where, number) for number, item in enumerate(entry["annotations"], start=1))
    for number, segment in enumerate(segments, start=1):
        if 0 < duration_ms <= segment.start_ms:
            start_s, end_s = segment.start_ms / 1000, duration_ms / 1000
            raise TruthInvalid(
                f"{where}: annotation {number} starts at {start_s:g} s, but the video ends at {end_s:g} s"
            )
    return VideoTruth(dataclasses.replace(video, duration_ms=duration_ms), segments)


def _segment(item: Any, where: str, number: int) -> TruthSegment:
    edges = item.get("segment") if isinstance(item, dict) else None
    if not isinstance(edges, list) or len(edges) != 2 or not all(_is_number(edge) for edge in edges):
        raise TruthInvalid(f"{where}: annotation {number} needs a segment of two numbers, [start_s, end_s]")
    if not all(_is_seconds(edge) for edge in edges):
        shown = ", ".join(_shown(edge) for edge in edges)
        raise TruthInvalid(f"{where}: annotation {number} needs seconds from 0 to {MAX_S}, not [{shown}]")
    if edges[0] >= edges[1]:
        raise TruthInvalid(f"{where}: annotation {number} must start before it ends, not at {edges}")
    label, explanation = str(item.get("label", "")), str(item.get("explanation", ""))
    return TruthSegment(round(edges[0] * 1000), round(edges[1] * 1000), label, explanation)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_seconds(value: Any) -> bool:
    """Whether it is a time in a video; NaN and infinities, which Python reads from JSON, are not."""
    return _is_number(value) and 0 <= value <= MAX_S


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
