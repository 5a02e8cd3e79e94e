"""Small real videos for the tests, each frame of one even grey that tells which frame it is."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def grey_of(index: int, step: int = 7) -> int:
    """The brightness of frame `index`: neighbours differ clearly, and 30 in a row are all different."""
    return 20 + (index * step) % 210


def write_clip(
    path: Path,
    *,
    frames: int = 30,
    fps: Fraction | int = 15,
    size: tuple[int, int] = (64, 48),
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    times_ms: Sequence[int] | None = None,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    metadata: dict[str, str] | None = None,
    rotation: int = 0,
    audio: bool = False,
    picture_seed: int = 0,
) -> Path:
    """Writes a clip; `times_ms` gives the presentation times instead of `fps`."""
    quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    with av.open(str(path), "w", options=container_options or {}) as box:
        box.metadata.update(metadata or {})
        stream = box.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
        stream.options = {**quiet, **(options or {})}
        if times_ms is not None:
            stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        if rotation:
            stream.set_display_rotation(rotation)
        sound = box.add_stream("aac", rate=8000, layout="mono") if audio else None
        for index in range(frames):
            image = np.full((size[1], size[0], 3), grey_of(index + picture_seed), np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format=pix_fmt)
            frame.pts = times_ms[index] if times_ms is not None else index
            frame.time_base = Fraction(1, 1000) if times_ms is not None else 1 / Fraction(fps)
            box.mux(stream.encode(frame))
        if not frames:
            box.start_encoding()
        box.mux(stream.encode(None))
        if sound is not None:
            write_silence(box, sound)
    return path


def write_silence(box: av.container.OutputContainer, sound: av.AudioStream) -> None:
    for index in range(10):
        quiet = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        quiet.sample_rate, quiet.pts = 8000, index * 1024
        box.mux(sound.encode(quiet))
    box.mux(sound.encode(None))


def write_audio_only(path: Path) -> Path:
    with av.open(str(path), "w") as box:
        write_silence(box, box.add_stream("aac", rate=8000, layout="mono"))
    return path


def browser_ready_clip(path: Path, **changes: object) -> Path:
    """H.264 MP4 with an index in front and a keyframe each half second."""
    settings: dict[str, object] = {
        "options": {"g": "8", "bf": "0"},
        "container_options": {"movflags": "faststart"},
        **changes,
    }
    return write_clip(path, **settings)  # type: ignore[arg-type]


def greys_of(path: Path) -> list[tuple[float, int]]:
    """Second and mean brightness of every frame of a file."""
    with av.open(str(path)) as box:
        return [(float(f.time), round(float(f.to_ndarray(format="gray").mean()))) for f in box.decode(video=0)]
