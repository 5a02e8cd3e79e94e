"""Ground truth of any form as one thing: videos with abnormal spans in their own ticks, frames or milliseconds."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ml.contracts import VideoRef
from ml.errors import TruthInvalid
from ml.evaluation.arrays import holds_arrays, read_arrays
from ml.evaluation.expansion import runs
from ml.evaluation.judged import Event
from ml.evaluation.label_lines import LabelLine, read_label_lines
from ml.evaluation.names import scores_by_video
from ml.evaluation.truth import read_truth, truth_entries

MS_PER_S = 1000.0


@dataclass(frozen=True)
class LabelledVideo:
    """What is true of one video."""

    name: str
    length: int | None
    """In ticks; None where the file does not tell it."""
    events: tuple[Event, ...]
    """In ticks, as the file has them: the rule is not applied yet."""
    is_normal: bool | None
    """By its class; None where the file has no class of the whole video."""
    is_in_ms: bool
    """Ticks are milliseconds, or else frames."""


def read_labelled(path: str | Path) -> tuple[LabelledVideo, ...]:
    """All videos of a truth file: label lines of UCF-Crime or TAD, JSON of ActivityNet's form, or frame masks.

    Raises:
        TruthInvalid: it is none of these, or something in it is wrong; the place is named.
    """
    if holds_arrays(Path(path)):
        return _of_masks(Path(path))
    return _of_json(path) if _is_json(Path(path)) else tuple(map(_of_line, read_label_lines(path)))


def with_lengths(
    videos: tuple[LabelledVideo, ...], lengths: Mapping[str, int], source: str
) -> tuple[LabelledVideo, ...]:
    """The videos with numbers of frames from elsewhere, where the truth tells none itself.

    Raises:
        TruthInvalid: a name fits two videos.
    """
    keys = scores_by_video([video.name for video in videos], lengths, source=source)
    return tuple(
        replace(video, length=lengths[keys[video.name]])
        if video.length is None and not video.is_in_ms and video.name in keys
        else video
        for video in videos
    )


def read_lengths(path: str | Path) -> dict[str, int]:
    """Numbers of frames by video, from CSV lines `video,frames` or a JSON object.

    Raises:
        TruthInvalid: it is neither, a video is in it twice, or a number is no whole number above 0; it is named.
    """
    name = Path(path).name
    entries: dict[str, Any] = truth_entries(path) if _is_json(Path(path)) else _lengths_of_csv(Path(path))
    entries = {video: frames for video, frames in entries.items() if (video, frames) != ("video", "frames")}
    for video, frames in entries.items():
        if not isinstance(frames, int) or isinstance(frames, bool) or frames < 1:
            raise TruthInvalid(f"{name}, {video}: frames must be a whole number above 0, not {frames!r}")
    return entries


def _lengths_of_csv(path: Path) -> dict[str, int | str]:
    try:
        rows = [row for row in csv.reader(path.read_text("utf-8-sig").splitlines()) if row]
    except (OSError, ValueError, csv.Error) as error:
        raise TruthInvalid(f"{path.name} cannot be read as CSV ({error})") from None
    if any(len(row) != 2 for row in rows):
        raise TruthInvalid(f"{path.name}: expected lines of `video,frames`")
    entries: dict[str, int | str] = {}
    for video, frames in rows:
        if video in entries:
            raise TruthInvalid(f"{path.name}: {video} is in it twice; keep one")
        entries[video] = int(frames) if frames.strip().isdecimal() else frames
    return entries


def _is_json(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig") as opened:
            return opened.read(256).lstrip()[:1] in {"{", "["}
    except (OSError, ValueError) as error:
        raise TruthInvalid(f"{path.name} cannot be read as text ({error})") from None


def _of_line(line: LabelLine) -> LabelledVideo:
    events = tuple(Event(start, end) for start, end in line.spans)
    return LabelledVideo(line.name, line.frame_count, events, line.is_normal, is_in_ms=False)


def _of_masks(source: Path) -> tuple[LabelledVideo, ...]:
    """A 0 or 1 for every frame of a video, as ShanghaiTech's `test_frame_mask` has them."""
    videos = []
    for name, mask in read_arrays(source, TruthInvalid).items():
        is_mask = mask.ndim == 1 and mask.size > 0 and mask.dtype.kind in "biuf" and bool(np.isin(mask, (0, 1)).all())
        if not is_mask:
            raise TruthInvalid(f"{source.name}, {name}: expected a 0 or 1 for every frame, in one row")
        events = tuple(Event(first, last) for first, last in runs(mask.astype(np.bool_)))
        videos.append(LabelledVideo(name, len(mask), events, is_normal=not events, is_in_ms=False))
    if not videos:
        raise TruthInvalid(f"{source.name} holds no frame masks (.npy or .npz)")
    return tuple(videos)


def _of_json(path: str | Path) -> tuple[LabelledVideo, ...]:
    entries = truth_entries(path)
    if not entries:
        raise TruthInvalid(f"{Path(path).name} names no video")
    videos = [VideoRef(key=name, name=name, path="", duration_ms=0) for name in entries]
    return tuple(
        LabelledVideo(
            name=truth.video.name,
            length=truth.video.duration_ms or None,
            events=tuple(Event(one.start_ms, one.end_ms, one.explanation) for one in truth.segments),
            is_normal=None,
            is_in_ms=True,
        )
        for truth in read_truth(path, videos)
    )
