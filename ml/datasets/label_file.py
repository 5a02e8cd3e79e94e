"""Truth of a data set as contract objects and as label lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ml.contracts import TrainingVideo, TruthSegment, VideoRef, VideoTruth
from ml.datasets.index import IndexedVideo
from ml.datasets.listed import ListedVideo


def training_video(listed: ListedVideo, path: Path) -> TrainingVideo:
    """A listed video as training knows it: its file is measured later."""
    classes = (listed.class_name,) if listed.is_abnormal else ()
    kind = "abnormal" if listed.is_abnormal else "normal"
    return TrainingVideo(VideoRef("", listed.name, str(path.resolve()), 0, kind, classes, listed.split))


def truth_of(listed: ListedVideo, video: IndexedVideo) -> VideoTruth:
    """The truth of a test video in ms, by the measured frame rate; spans are cut to the video."""
    segments = tuple(
        TruthSegment(round(start / video.fps * 1000), round(end / video.fps * 1000), listed.class_name)
        for start, end in _spans_within(listed, video)
    )
    return VideoTruth(video.video, segments)


def write_label_lines(path: Path, listed: Sequence[ListedVideo], videos: Sequence[IndexedVideo]) -> None:
    """Lines `path n_frames class s1 e1 s2 e2` of test videos by measured frame counts; `-1 -1` is no span."""
    lines = []
    for one, video in zip(listed, videos, strict=True):
        spans = _spans_within(one, video)
        spans += [(-1, -1)] * (2 - len(spans))
        edges = " ".join(f"{start} {end}" for start, end in spans)
        lines.append(f"{one.name} {video.frame_count} {one.class_number} {edges}")
    path.write_text("\n".join(lines) + "\n", "utf-8")


def spans_behind(listed: ListedVideo, video: IndexedVideo) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Spans of the list that do not lie in the file: those that are dropped, and those of which the end is cut."""
    frames = video.frame_count
    dropped = [span for span in listed.spans if span[0] >= frames]
    return dropped, [span for span in listed.spans if span[0] < frames < span[1]]


def _spans_within(listed: ListedVideo, video: IndexedVideo) -> list[tuple[int, int]]:
    """Spans cut to the frames that the file really has; one that lies behind them is dropped."""
    frames = video.frame_count
    return [(start, min(end, frames)) for start, end in listed.spans if start < frames]
