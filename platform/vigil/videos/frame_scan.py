"""When each frame of a stream is shown, read from the packets alone; by decoding only where packets do not tell."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import av.error

from vigil.videos.opening import open_container, video_stream
from vigil.videos.sandbox import Refused

CLOCK_JUMP_S = 1.0
JITTER_S, JITTER_SHARE = 0.0015, 0.05
"""A step this far from the usual one still is rounding: 29.97 fps in milliseconds steps by 33 and 34."""


@dataclass(frozen=True)
class FrameScan:
    """Times are in units of `time_base`, ascending, of frames that are shown (edit lists obeyed)."""

    pts: list[int]
    time_base: Fraction
    last_duration: int
    keyframes: list[int]
    is_from_packets: bool
    """False: packets had no times, so the n-th time belongs to the n-th decoded frame."""
    starts_anew: bool
    """Whether every keyframe can be shown first: nothing that follows it in the file is shown before it (as in an
    open GOP), and nothing is cut off by an edit list."""

    @property
    def times_ms(self) -> list[int]:
        """Milliseconds from the first frame."""
        first = self.pts[0]
        return [round((pts - first) * self.time_base * 1000) for pts in self.pts]

    @property
    def start_ms(self) -> int:
        return round(self.pts[0] * self.time_base * 1000)

    @property
    def step(self) -> int:
        """The usual distance of two frames."""
        steps = [b - a for a, b in pairwise(self.pts)]
        return round(median(steps)) if steps else self.last_duration

    @property
    def duration_ms(self) -> int:
        """To the end of the last frame; at least one."""
        span = self.pts[-1] - self.pts[0] + max(1, self.last_duration or self.step)
        return max(1, round(span * self.time_base * 1000))

    @property
    def fps(self) -> float:
        """Frames a second, on average from the first frame to the last."""
        if len(self.pts) < 2:
            return float(1 / (max(1, self.last_duration) * self.time_base))
        return float((len(self.pts) - 1) / ((self.pts[-1] - self.pts[0]) * self.time_base))

    @property
    def is_variable_rate(self) -> bool:
        usual = self.step
        tolerance = max(JITTER_S / self.time_base, usual * JITTER_SHARE, 1)
        return any(abs(b - a - usual) > tolerance for a, b in pairwise(self.pts))

    @property
    def keyframe_gap_ms(self) -> int:
        """The longest way from one keyframe to the next, or to the end."""
        if not self.keyframes:
            return self.duration_ms
        gaps = [b - a for a, b in pairwise([*self.keyframes, self.pts[-1] + self.step])]
        return round(max(gaps) * self.time_base * 1000)


def scan(path: Path) -> FrameScan:
    """The times of all frames.

    Raises:
        Refused: it is no video, there is no frame, or the clock runs backwards.
    """
    with open_container(path) as container:
        stream = video_stream(container)
        packets = list(_packets(container, stream))
        time_base = stream.time_base
    if not packets:
        raise Refused("it holds no frames; the recording may have been stopped before it began")
    _check_clock(packets, time_base)
    shown = {p.pts: p for p in packets if p.pts is not None and not p.is_discard}
    if any(p.pts is None for p in packets) or not shown:
        return _scan_decoded(path)
    pts = sorted(shown)
    return FrameScan(
        pts=pts,
        time_base=time_base,
        last_duration=shown[pts[-1]].duration,
        keyframes=[time for time in pts if shown[time].is_keyframe],
        is_from_packets=True,
        starts_anew=_starts_anew(packets),
    )


def _starts_anew(packets: "list[_PacketTimes]") -> bool:
    key: int | None = None
    for packet in packets:
        if packet.is_discard or packet.pts is None:
            return False
        if packet.is_keyframe:
            key = packet.pts
        elif key is None or packet.pts < key:
            return False
    return True


def from_first_shown(scanned: FrameScan, first_pts: int | None) -> FrameScan:
    """The scan without what comes before the first frame that a decoder gives: a recording that was cut out of a
    stream begins with frames whose reference is not in the file."""
    if not scanned.is_from_packets or first_pts is None or first_pts not in scanned.pts:
        return scanned
    pts = scanned.pts[scanned.pts.index(first_pts) :]
    return replace(scanned, pts=pts, keyframes=[time for time in scanned.keyframes if time >= first_pts])


@dataclass(frozen=True, slots=True)
class _PacketTimes:
    """What is kept of a packet: its bytes would fill the memory."""

    pts: int | None
    dts: int | None
    duration: int
    is_keyframe: bool
    is_discard: bool


def _packets(container: Any, stream: Any) -> Iterator[_PacketTimes]:
    """The times of all packets with content; ends where the file cannot be read further."""
    try:
        for p in container.demux(stream):
            if p.size:  # an AVI writes a dropped frame as an empty packet
                yield _PacketTimes(p.pts, p.dts, p.duration or 0, p.is_keyframe, p.is_discard)
    except av.error.FFmpegError:
        return


def _check_clock(packets: list[_PacketTimes], time_base: Fraction) -> None:
    latest: int | None = None
    for packet in packets:
        if packet.dts is None:
            continue
        if latest is not None and (latest - packet.dts) * time_base > CLOCK_JUMP_S:
            at_s = float((latest - (packets[0].dts or 0)) * time_base)
            raise Refused(
                f"its clock jumps back after {at_s:.1f} s, as in recordings joined end to end; "
                "split it there, or re-encode it as one MP4"
            )
        latest = packet.dts


def _scan_decoded(path: Path) -> FrameScan:
    """The slow way, for streams whose packets carry no presentation time (raw H.264, some AVI)."""
    with open_container(path) as container:
        stream = video_stream(container)
        stream.thread_type = "AUTO"
        marks = [(frame.pts, frame.dts, frame.key_frame) for frame in decoded(container, stream)]
        base: Fraction = stream.time_base
        rate = stream.average_rate or stream.guessed_rate or stream.base_rate or Fraction(25)
    if not marks:
        raise Refused("not one of its frames can be decoded; the file is damaged")
    step = max(1, round(1 / rate / base))
    for column in (0, 1):
        times = [mark[column] for mark in marks]
        if None not in times and all(a < b for a, b in pairwise(times)):
            break
    else:
        base, step = 1 / Fraction(rate), 1
        times = list(range(len(marks)))
    keyframes = [time for time, mark in zip(times, marks, strict=True) if mark[2]]
    return FrameScan(times, base, step, keyframes, is_from_packets=False, starts_anew=False)


def decoded(container: Any, stream: Any) -> Iterator[Any]:
    """The frames that can be decoded; a packet that cannot is passed over, as a player would."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.error.FFmpegError:
            return
        try:
            yield from packet.decode()
        except av.error.FFmpegError:
            continue
