"""What a video file is, without decoding it: its hash, its frames and their rate."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import av

from ml.contracts import VideoRef
from ml.errors import VideoUnreadable

BLOCK = 1 << 20


@dataclass(frozen=True)
class VideoFacts:
    """What the container says of a video."""

    frame_count: int
    fps: float
    """Frames over duration: the measured rate, which labels in frames are turned into times with."""
    duration_ms: int


def file_sha256(path: Path) -> str:
    """sha256 of a file's bytes: the key of a video.

    Raises:
        VideoUnreadable: the file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except OSError as error:
        raise VideoUnreadable(f"{path.name}: cannot be read ({error.strerror}); check the path") from None
    return digest.hexdigest()


def probe(path: Path) -> VideoFacts:
    """Frames, rate and length of a video's first video stream; packets are counted, not decoded.

    Raises:
        VideoUnreadable: no such file, or no video that has a frame.
    """
    if not path.is_file():
        raise VideoUnreadable(f"{path.name}: there is no such file; check the path")
    try:
        with av.open(str(path)) as box:
            if not box.streams.video:
                raise VideoUnreadable(f"{path.name}: holds no video; check the file")
            stream = box.streams.video[0]
            rate = float(stream.average_rate or stream.guessed_rate or 0)
            times = [float(packet.pts * packet.time_base) for packet in box.demux(stream) if packet.pts is not None]
    except (av.FFmpegError, OSError) as error:
        reason = " ".join(str(error).split())
        raise VideoUnreadable(f"{path.name}: not a video that can be read ({reason}); re-encode it") from None
    if not times:
        raise VideoUnreadable(f"{path.name}: holds no frames; check the file")
    span_s = max(times) - min(times)
    measured = (len(times) - 1) / span_s if span_s > 0 else rate or 25.0
    return VideoFacts(len(times), measured, round(len(times) / measured * 1000))


def video_ref(path: Path, name: str, weak_label: str = "unknown", split: str = "train") -> VideoRef:
    """A video file as training and scoring know it, hashed and measured.

    Raises:
        VideoUnreadable: it cannot be read.
    """
    return VideoRef(file_sha256(path), name, str(path), probe(path).duration_ms, weak_label, split=split)
