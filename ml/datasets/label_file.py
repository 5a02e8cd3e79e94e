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
    segments = (
        TruthSegment(round(start / video.fps * 1000), round(min(end, video.frame_count) / video.fps * 1000), label)
        for (start, end), label in ((span, listed.class_name) for span in listed.spans)
        if start < video.frame_count
    )
    return VideoTruth(video.video, tuple(segments))


def write_label_lines(path: Path, listed: Sequence[ListedVideo], videos: Sequence[IndexedVideo]) -> None:
    """Lines `path n_frames class s1 e1 s2 e2` of test videos by measured frame counts; `-1 -1` is no span."""
    lines = []
    for one, video in zip(listed, videos, strict=True):
        spans = [*one.spans, *[(-1, -1)] * (2 - len(one.spans))]
        edges = " ".join(f"{start} {end}" for start, end in spans)
        lines.append(f"{one.name} {video.frame_count} {one.class_number} {edges}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
