"""Writes the proxy: one frame for each frame of the source, at exactly the time that the frame-time table gives it.

So the browser's own clock names the frame that is on screen, whatever rate, gaps or start the source has.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

MILLISECONDS = Fraction(1, 1000)
KEYFRAME_EACH_MS = 500
"""A seek decodes no more than this."""
REPEAT_EACH_MS = 1000
"""A frame that stands longer is written again: a player that seeks into a gap or plays through it keeps its place."""
MAX_THREADS = 8
RATE_MAX = 1000
X264 = {"preset": "superfast", "crf": "23", "bf": "0", "sc_threshold": "0", "profile": "high", "forced-idr": "1"}


class ProxyWriter:
    """Takes decoded frames with their place in the table, in order; one that could not be decoded shows the last."""

    def __init__(self, path: Path, times_ms: Sequence[int], duration_ms: int, size: tuple[int, int]) -> None:
        self._ends_ms = [*times_ms[1:], max(duration_ms, times_ms[-1] + 1)]
        self._times_ms = times_ms
        self._out = av.open(str(path), "w", options={"movflags": "faststart"})
        self._stream = self._proxy_stream(size)
        self._next_index = 0
        self._keyframe_ms: int | None = None
        self._durations_ms: dict[int, int] = {}

    def _proxy_stream(self, size: tuple[int, int]) -> Any:
        count = len(self._times_ms)
        rate = Fraction(1000 * count, self._ends_ms[-1])
        stream: Any = self._out.add_stream("libx264", rate=min(Fraction(RATE_MAX), rate.limit_denominator(1001)))
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        # Keyframes are placed by time, see `_write`.
        stream.options = {**X264, "g": str(RATE_MAX), "threads": str(MAX_THREADS)}
        stream.codec_context.time_base = MILLISECONDS
        return stream

    def show(self, frame: Any, until_index: int) -> None:
        """Shows `frame` for every frame of the table that is not written yet and stands before `until_index`."""
        for index in range(self._next_index, until_index):
            start_ms, end_ms = self._times_ms[index], self._ends_ms[index]
            for at_ms in range(start_ms, end_ms, REPEAT_EACH_MS):
                self._write(frame, at_ms, min(end_ms, at_ms + REPEAT_EACH_MS) - at_ms)
        self._next_index = max(self._next_index, until_index)

    def _write(self, frame: Any, at_ms: int, duration_ms: int) -> None:
        is_due = self._keyframe_ms is None or at_ms + duration_ms - self._keyframe_ms > KEYFRAME_EACH_MS
        if is_due:
            self._keyframe_ms = at_ms
        # The source's own choice of keyframes means nothing here.
        frame.pict_type = av.video.frame.PictureType.I if is_due else av.video.frame.PictureType.NONE
        frame.pts, frame.time_base = at_ms, MILLISECONDS
        self._durations_ms[at_ms] = duration_ms
        self._mux(self._stream.encode(frame))

    def _mux(self, packets: Iterator[Any] | list[Any]) -> None:
        for packet in packets:
            packet.duration = self._durations_ms.pop(packet.pts)
            self._out.mux(packet)

    def finish(self, frame: Any) -> None:
        """Shows `frame` to the end and closes the file."""
        self.show(frame, len(self._times_ms))
        self._mux(self._stream.encode(None))
        self._out.close()
