"""What a video file holds, found without trusting it: `python -m vigil.videos.probing LIMITS FILE` prints JSON.

Runs in a process of its own under limits (`sandbox`); reads every packet but decodes only the first frame and
the last few, so an hour of video is probed in about a second.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import av.error

from vigil.videos.frame_scan import FrameScan, decoded, from_first_shown, scan
from vigil.videos.frame_times import pack
from vigil.videos.opening import open_container, video_stream
from vigil.videos.sandbox import Limits, Refused, answer, run_limited
from vigil.videos.structure import Structure, structure_of

MAX_FRAMES = 20_000_000
MAX_DURATION_MS = 2**31 - 1
FIRST_FRAMES_TRIED = 250
GIB = 1024**3
SEEKABLE = {"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi"}
"""Containers with an index: a seek lands on the keyframe that was asked for."""


@dataclass(frozen=True)
class Probe:
    """What is known of a video before anybody looks at it."""

    container: str
    codec: str
    pix_fmt: str
    audio_codec: str
    """Empty: no sound."""
    width: int
    """As shown: turned, and with square pixels."""
    height: int
    coded_width: int
    coded_height: int
    rotation: int
    """Degrees clockwise that the picture must be turned to be upright: 0, 90, 180, 270."""
    fps: float
    frame_count: int
    duration_ms: int
    start_ms: int
    is_variable_rate: bool
    keyframe_gap_ms: int
    is_faststart: bool
    is_timed_by_packets: bool
    """False: the n-th time of the table belongs to the n-th decoded frame."""
    packed_times: bytes
    """The frame-time table as `frame_times.pack` writes it."""
    creation_time: str = ""
    """As the container says it; empty where it does not."""
    starts_anew: bool = False
    """Every keyframe can be shown first (see `FrameScan`); not known of what was imported before it was asked."""


def probe_file(path: Path) -> Probe:
    """The probe of an untrusted file, made in a process with limits.

    Raises:
        Refused: why the file cannot be used.
    """
    size_mib = path.stat().st_size // 1024**2
    limits = Limits(wall_s=120 + size_mib, cpu_s=60 + 2 * size_mib, memory_bytes=4 * GIB)
    found = run_limited("vigil.videos.probing", [str(path)], limits)
    found["packed_times"] = base64.b64decode(found["packed_times"])
    return Probe(**found)


def main(arguments: Sequence[str]) -> dict[str, Any]:
    """The JSON form of the probe of `arguments[0]`; runs in the child."""
    path = Path(arguments[0])
    if path.stat().st_size == 0:
        raise Refused("the file is empty (0 bytes); copy it again")
    structure = structure_of(path)
    if structure.has_no_index:
        raise Refused(
            "its index (moov) is missing: the recording was cut off before it was closed; "
            "a repair tool such as untrunc may bring it back"
        )
    if structure.is_encrypted:
        raise Refused("it is encrypted; export it without protection")
    try:
        scanned = scan(path)
    except Refused as refusal:
        if structure.missing_bytes:
            raise Refused(_cut_off(structure, "nothing of it can be read; copy it again")) from refusal
        raise
    _check_extent(scanned, structure)
    with open_container(path) as container:
        stream = video_stream(container)
        frame = _check_ends(container, stream, scanned)
        # The packets of an AVI carry the times of decoding, which say nothing about the frames that are shown.
        if container.format.name != "avi":
            scanned = from_first_shown(scanned, frame.pts)
        return _described(container, stream, scanned, structure, frame)


def _cut_off(structure: Structure, rest: str) -> str:
    return f"the file is cut off: {structure.missing_bytes:,} bytes are missing at its end and {rest}"


def _check_extent(scanned: FrameScan, structure: Structure) -> None:
    if structure.missing_bytes:
        rest = (
            f"only the first {scanned.duration_ms / 1000:.1f} s can be read; copy it again, or save that part "
            "as a file of its own (ffmpeg -i FILE -c copy PART.mp4)"
        )
        raise Refused(_cut_off(structure, rest))
    if len(scanned.pts) > MAX_FRAMES or scanned.duration_ms > MAX_DURATION_MS:
        raise Refused("it is longer than 24 days; split it")


def _check_ends(container: Any, stream: Any, scanned: FrameScan) -> Any:
    """The first frame, once the first and the last stretch are known to decode."""
    first = next(islice(decoded(container, stream), FIRST_FRAMES_TRIED), None)
    if first is None:
        raise Refused("not one of its first frames can be decoded; the file is damaged or protected")
    if container.format.name in SEEKABLE and scanned.is_from_packets and len(scanned.keyframes) > 1:
        try:
            container.seek(scanned.keyframes[-1], stream=stream)
        except av.error.FFmpegError:
            return first
        if next(decoded(container, stream), None) is None:
            raise Refused("its end cannot be decoded; the file is damaged there, cut the end off or copy it again")
    return first


def _described(container: Any, stream: Any, scanned: FrameScan, structure: Structure, frame: Any) -> dict[str, Any]:
    # PyAV gives the counter-clockwise turn that the display matrix asks for.
    rotation = round(-frame.rotation / 90) * 90 % 360
    aspect = stream.sample_aspect_ratio or 1
    shown = (max(1, round(frame.width * aspect)), frame.height)
    width, height = shown[::-1] if rotation in (90, 270) else shown
    return {
        "container": container.format.name,
        "codec": stream.codec_context.name,
        "pix_fmt": frame.format.name,
        "audio_codec": next((s.codec_context.name for s in container.streams.audio if s.codec_context), ""),
        "width": width,
        "height": height,
        "coded_width": frame.width,
        "coded_height": frame.height,
        "rotation": rotation,
        "fps": scanned.fps,
        "frame_count": len(scanned.pts),
        "duration_ms": scanned.duration_ms,
        "start_ms": scanned.start_ms,
        "is_variable_rate": scanned.is_variable_rate,
        "keyframe_gap_ms": scanned.keyframe_gap_ms,
        "is_faststart": structure.is_faststart,
        # An AVI knows decoding order alone: with B-frames its packets' times belong to other frames.
        "is_timed_by_packets": scanned.is_from_packets and container.format.name != "avi",
        "starts_anew": scanned.starts_anew,
        "creation_time": str(container.metadata.get("creation_time", ""))[:40],
        "packed_times": base64.b64encode(pack(scanned.times_ms)).decode(),
    }


if __name__ == "__main__":
    answer(main)
