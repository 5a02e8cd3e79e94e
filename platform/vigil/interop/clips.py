"""Cuts stretches out of videos: real files, re-encoded so that each begins at its own first frame."""

import os
from fractions import Fraction
from pathlib import Path

import av
from av.error import FFmpegError

from vigil.projects.errors import Invalid

CODEC_OPTIONS = {"preset": "veryfast", "crf": "21"}


def clip_cut(source: Path, target: Path, *, start_ms: int, end_ms: int) -> int:
    """Writes [start_ms, end_ms) of `source` as H.264 MP4; the number of frames.

    Times of frames are kept, so a variable rate stays one. Sound is left out.

    Raises:
        Invalid: the file cannot be decoded there, or has no frame in the interval.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(f".{os.getpid()}.mp4")
    try:
        frames = _cut(source, fresh, start_ms, end_ms)
    except FFmpegError as error:
        fresh.unlink(missing_ok=True)
        raise Invalid(f"{source.name} cannot be decoded at {start_ms} ms: {error}") from error
    if frames == 0:
        fresh.unlink(missing_ok=True)
        raise Invalid(f"{source.name} has no frame from {start_ms} to {end_ms} ms")
    fresh.replace(target)
    return frames


def _cut(source: Path, target: Path, start_ms: int, end_ms: int) -> int:
    frames = 0
    with (
        av.open(str(source), metadata_errors="ignore") as reader,
        av.open(str(target), "w", options={"movflags": "+faststart"}) as writer,
    ):
        video = reader.streams.video[0]
        video.thread_type = "AUTO"
        time_base = video.time_base or Fraction(1, 1000)
        first_pts = video.start_time or 0
        out = writer.add_stream("libx264", rate=video.average_rate or 25, options=CODEC_OPTIONS)
        # libx264 wants even sides in yuv420p.
        out.width, out.height, out.pix_fmt = video.width // 2 * 2, video.height // 2 * 2, "yuv420p"
        out.time_base = time_base
        reader.seek(first_pts + int(start_ms / 1000 / time_base), stream=video, backward=True)
        for frame in reader.decode(video):
            if frame.pts is None:
                continue
            at_ms = round((frame.pts - first_pts) * time_base * 1000)
            if at_ms >= end_ms:
                break
            if at_ms < start_ms:
                continue
            picture = frame.reformat(width=out.width, height=out.height, format="yuv420p")
            picture.pts = frame.pts - first_pts - int(start_ms / 1000 / time_base)
            picture.time_base = time_base
            writer.mux(out.encode(picture))
            frames += 1
        writer.mux(out.encode(None))
    return frames
