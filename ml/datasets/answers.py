"""What others published about the videos of UCF-Crime, as answers of people: clicks, events and sentences.

All of it is about training videos only. UCA's own training split holds test videos of UCF-Crime, so nothing is ever
taken over for a video outside the train split; such entries are counted.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ml.contracts import DialogueTurn, Glance, LabelledSegment, TrainingVideo
from ml.datasets.index import IndexedVideo
from ml.errors import DatasetInvalid
from ml.evaluation.json_files import read_json

LISTS = ("timestamps", "sentences", "events", "events_summary")
QUESTION = "Describe what happens in the video."
"""What a sentence of UCA answers."""


@dataclass(frozen=True)
class Added:
    """Videos with answers added, and what became of the file's entries."""

    videos: tuple[IndexedVideo, ...]
    used: int
    """Clicks, events or sentences that were added."""
    left_out: int
    """Those about videos that are not in the train split."""


def add_glances(videos: Sequence[IndexedVideo], path: Path) -> Added:
    """GlanceVAD's clicks (`video-id,glance`, a frame index): moments in ms by the measured frame rate.

    Raises:
        DatasetInvalid: not such a table, or a click behind the last frame; line and video are named.
    """
    clicks: dict[str, list[tuple[int, str]]] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for line, row in enumerate(csv.DictReader(file), start=2):
                name, frame = row["video-id"], row["glance"]
                clicks.setdefault(_stem(name), []).append((int(frame), f"{path.name}, line {line}"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise DatasetInvalid(f"{path.name} is no table video-id,glance of frame numbers ({error})") from None

    def with_clicks(video: IndexedVideo) -> tuple[TrainingVideo, int]:
        found = clicks.get(_stem(video.video.name), [])
        for frame, where in found:
            if not 0 <= frame < video.frame_count:
                raise DatasetInvalid(f"{where}: frame {frame} of {video.video.name}, which has {video.frame_count}")
        glances = tuple(Glance(round(frame / video.fps * 1000)) for frame, _ in found)
        return replace(video.training, glances=(*video.training.glances, *glances)), len(glances)

    return _added(videos, with_clicks, sum(map(len, clicks.values())))


def add_sentences(videos: Sequence[IndexedVideo], path: Path) -> Added:
    """UCA's sentences (`{name: {duration, timestamps: [[s, e]], sentences}}`): turns of a dialogue about intervals.

    Raises:
        DatasetInvalid: not such a file; the entry is named.
    """
    entries = _json_object(path)

    def with_sentences(video: IndexedVideo) -> tuple[TrainingVideo, int]:
        turns = tuple(_turns(entries.get(_stem(video.video.name)), video, path))
        return replace(video.training, dialogue=(*video.training.dialogue, *turns)), len(turns)

    return _added(videos, with_sentences, sum(len(entry.get("sentences") or ()) for entry in entries.values()))


def add_events(videos: Sequence[IndexedVideo], path: Path) -> Added:
    """HIVAU-70k's events (`{name: {label, events: [[s, e]], events_summary}}`): segments with their explanation.

    Raises:
        DatasetInvalid: not such a file; the entry is named.
    """
    entries = _json_object(path)

    def with_events(video: IndexedVideo) -> tuple[TrainingVideo, int]:
        segments = tuple(_segments(entries.get(_stem(video.video.name)), video, path))
        return replace(video.training, segments=(*video.training.segments, *segments)), len(segments)

    return _added(videos, with_events, sum(len(entry.get("events") or ()) for entry in entries.values()))


def _turns(entry: Mapping[str, Any] | None, video: IndexedVideo, path: Path) -> Iterator[DialogueTurn]:
    pairs = zip(entry.get("timestamps") or (), entry.get("sentences") or (), strict=False) if entry else ()
    for span, sentence in pairs:
        start_ms, end_ms = _interval(span, video, path)
        yield DialogueTurn(start_ms, end_ms, QUESTION, str(sentence).strip().removeprefix("##"))


def _segments(entry: Mapping[str, Any] | None, video: IndexedVideo, path: Path) -> Iterator[LabelledSegment]:
    if not entry or not entry.get("label"):
        return
    summaries = entry.get("events_summary") or ()
    for number, span in enumerate(entry.get("events") or ()):
        start_ms, end_ms = _interval(span, video, path)
        explanation = str(summaries[number]).strip() if number < len(summaries) else ""
        label = video.video.classes[0] if video.video.classes else str(entry["label"][0])
        yield LabelledSegment(start_ms, end_ms, label, explanation)


def _interval(span: Any, video: IndexedVideo, path: Path) -> tuple[int, int]:
    """A pair of seconds in ms, cut to the video."""
    try:
        start_s, end_s = map(float, span)
        start_ms, end_ms = round(start_s * 1000), min(round(end_s * 1000), video.video.duration_ms)
    except (TypeError, ValueError, OverflowError):
        raise DatasetInvalid(f"{path.name}, {video.video.name}: {span!r} is no pair of seconds") from None
    if not 0 <= start_ms < end_ms:
        raise DatasetInvalid(f"{path.name}, {video.video.name}: {span} does not lie in the video; check the entry")
    return start_ms, end_ms


def _added(
    videos: Sequence[IndexedVideo], add: Callable[[IndexedVideo], tuple[TrainingVideo, int]], entries: int
) -> Added:
    changed, used = [], 0
    for video in videos:
        if video.video.split != "train":
            changed.append(video)
            continue
        training, count = add(video)
        changed.append(replace(video, training=training))
        used += count
    return Added(tuple(changed), used, entries - used)


def _json_object(path: Path) -> dict[str, dict[str, Any]]:
    values = read_json(path, DatasetInvalid)
    if not isinstance(values, dict) or not all(isinstance(entry, dict) for entry in values.values()):
        raise DatasetInvalid(f"{path.name} must hold an object with an object for each video")
    for name, entry in values.items():
        if wrong := [key for key in LISTS if not isinstance(entry.get(key) or [], list)]:
            raise DatasetInvalid(f"{path.name}, {name}: {wrong[0]} must be a list; check the entry")
    return {_stem(name): entry for name, entry in values.items()}


def _stem(name: str) -> str:
    """Names are told with and without folders, and with and without the file's ending."""
    return name.rsplit("/", 1)[-1].removesuffix(".mp4")
