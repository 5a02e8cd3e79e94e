"""Small films that carry the number of each frame in the picture, in a form that survives any compression.

Sixteen blocks, eight in a row: twelve bits of the number, white for one, and four bits of a check sum.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

WIDTH, HEIGHT, COLUMNS, ROWS = 320, 180, 8, 2
NUMBER_BITS, CHECK_BITS = 12, 4
MS = Fraction(1, 1000)
PLAIN = {"preset": "ultrafast", "crf": "26"}
OPEN_GOP = {"preset": "fast", "x264-params": "open-gop=1:bframes=3:b-adapt=0:keyint=12:min-keyint=12:scenecut=0"}


def check_of(number: int) -> int:
    """The check sum that stands beside a number."""
    return (number ^ number >> 4 ^ number >> 8 ^ 0b1010) & 0b1111


def picture_of(number: int) -> Any:
    """The picture of a number."""
    bits = number << CHECK_BITS | check_of(number)
    picture = np.full((HEIGHT, WIDTH, 3), 24, np.uint8)
    wide, high = WIDTH // COLUMNS, HEIGHT // ROWS
    for place in range(COLUMNS * ROWS):
        if bits >> (COLUMNS * ROWS - 1 - place) & 1:
            row, column = divmod(place, COLUMNS)
            picture[row * high : (row + 1) * high, column * wide : (column + 1) * wide] = 232
    return picture


def write_numbered(
    path: Path, times: Sequence[int], time_base: Fraction, options: dict[str, str], codec: str = "libx264",
    box_options: dict[str, str] | None = None,
) -> Path:  # fmt: skip
    """A film whose frame n is shown at `times[n]` in units of `time_base`."""
    with av.open(str(path), "w", options=box_options or {}) as box:
        rate = Fraction(len(times) - 1) / ((times[-1] - times[0]) * time_base)
        stream: Any = box.add_stream(codec, rate=rate.limit_denominator(1001))
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = options
        stream.codec_context.time_base = stream.time_base = time_base
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(picture_of(number), format="rgb24")
            frame.pts, frame.time_base = time, time_base
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    return path


def cut_at_keyframe(source: Path, target: Path, keyframe: int) -> Path:
    """A copy that begins with the n-th keyframe, as a recording that is cut out of a stream."""
    with av.open(str(source)) as given, av.open(str(target), "w") as box:
        stream = box.add_stream_from_template(given.streams.video[0])
        seen = -1
        for packet in given.demux(video=0):
            seen += packet.is_keyframe
            if seen >= keyframe and packet.dts is not None:
                packet.stream = stream
                box.mux(packet)
    return target


def even(count: int, step: int, start: int = 0) -> list[int]:
    """`count` times, `step` apart."""
    return [start + step * n for n in range(count)]


def uneven() -> list[int]:
    """Milliseconds of a camera that slows down and speeds up: 8 to 125 ms a frame."""
    steps = [40, 33, 34, 125, 17, 16, 17, 8, 9, 90, 40, 41, 67, 33, 20, 100]
    return [0, *(sum(steps[k % len(steps)] for k in range(n + 1)) for n in range(69))]


def with_gaps(times: list[int]) -> list[int]:
    """Every frame but some that the camera dropped."""
    dropped = {7, 8, 20, 21, 22, 23, 24, 25, 40, 61}
    return [time for n, time in enumerate(times) if n not in dropped]


def numbered_films(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every kind of clock that footage has, by name."""
    quick = {"movflags": "faststart"}
    closed = {**PLAIN, "g": "12", "bf": "0"}
    ntsc, film, pal, mpeg = Fraction(1, 30000), Fraction(1, 24000), Fraction(1, 25), Fraction(1, 90000)

    def made(name: str, *given: Any, **more: Any) -> tuple[str, Path]:
        return name.rpartition(".")[0], write_numbered(folder / name, *given, **more)

    yield made("constant_25.mkv", even(75, 1), pal, PLAIN)
    yield made("as_it_is.mp4", even(75, 1), pal, closed, box_options=quick)
    yield made("as_it_is_with_b_frames.mp4", even(75, 1), pal, {"preset": "fast", "g": "12", "bf": "3"},
               box_options=quick)  # fmt: skip
    yield made("ntsc.mp4", even(90, 1001), ntsc, {**closed, "g": "15"}, box_options=quick)
    yield made("ntsc_transport.ts", even(90, 3003), mpeg, PLAIN)
    yield made("film.mkv", even(72, 1001), film, PLAIN)
    yield made("film_as_it_is.mp4", even(72, 1001), film, closed, box_options=quick)
    yield made("fifty.mp4", even(100, 1), Fraction(1, 50), PLAIN)
    yield made("variable.mkv", uneven(), MS, PLAIN)
    yield made("variable.mp4", uneven(), MS, {"preset": "fast", "bf": "2"})
    yield made("start_offset.ts", even(75, 3600, 133_200), mpeg, PLAIN)
    yield made("start_offset.mp4", even(75, 40, 1480), MS, closed, box_options=quick)
    yield made("dropped.mkv", with_gaps(even(75, 40)), MS, PLAIN)
    yield made("dropped_xvid.avi", with_gaps(even(75, 1)), pal, {"qmin": "2", "qmax": "4"}, codec="mpeg4")
    yield made("long_gap.mp4", [*even(30, 40), *even(30, 40, 12_000)], MS, PLAIN)
    name, whole = made("open_gop.mp4", even(75, 1), pal, OPEN_GOP, box_options=quick)
    yield name, whole
    yield "open_gop_cut", cut_at_keyframe(whole, folder / "open_gop_cut.mkv", 2)
