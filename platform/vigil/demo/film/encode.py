"""Writes browser-ready H.264: constant rate, short closed groups of pictures, index first."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
from av.video.frame import VideoFrame

from vigil.demo.drawing.arrays import Image

OPTIONS = {
    "preset": "superfast", "crf": "29", "threads": "1", "bf": "0",
    "x264-params": "keyint=15:min-keyint=15:scenecut=0:open-gop=0:ref=1:rc-lookahead=0:sync-lookahead=0",
}  # fmt: skip


def encode(frames: Iterable[Image], path: Path, width: int, height: int, fps: int) -> int:
    """The number of frames written to an MP4 file. Frames are YUV 4:2:0 planes of BT.601 limited range.

    The file appears under its name only once it is whole.
    """
    part = path.with_suffix(".part")
    count = 0
    with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as container:
        stream = container.add_stream("libx264", rate=fps, options=dict(OPTIONS))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = Fraction(1, fps)
        for planes in frames:
            frame = VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = count, Fraction(1, fps)
            container.mux(stream.encode(frame))
            count += 1
        container.mux(stream.encode(None))
    part.replace(path)
    return count
