"""Proxy, poster and filmstrip of one video, made in one decoding pass: `python -m vigil.videos.rendering`.

Runs in a process of its own under limits (`sandbox`), writes into the folder it is given and nowhere else.
"""

import json
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import av
import av.filter
import numpy as np
from PIL import Image

from vigil.videos.frame_scan import decoded
from vigil.videos.frame_times import unpack
from vigil.videos.opening import open_container, video_stream
from vigil.videos.probing import GIB, Probe
from vigil.videos.proxy_plan import Filmstrip, filmstrip_plan, is_browser_ready, proxy_size
from vigil.videos.proxy_writing import MAX_THREADS, ProxyWriter
from vigil.videos.sandbox import Limits, Refused, answer, run_limited

PROXY_FILE, POSTER_FILE, FILMSTRIP_FILE = "proxy.mp4", "poster.jpg", "filmstrip.jpg"
POSTER_AT = 0.25
POSTER_WIDTH = 640
USUAL_FPS = 30
PROGRESS_FILE, PROGRESS_EACH = "progress", 50
TURNS = {90: [("transpose", "clock")], 180: [("hflip", ""), ("vflip", "")], 270: [("transpose", "cclock")]}


@dataclass(frozen=True)
class Plan:
    """What to make. `times_file` holds the packed frame-time table."""

    times_file: str
    start_ms: int
    duration_ms: int
    is_timed_by_packets: bool
    rotation: int
    width: int
    height: int
    makes_proxy: bool
    filmstrip: Filmstrip


def render_file(
    original: Path,
    probe: Probe,
    out_dir: Path,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[float], None] = lambda _: None,
) -> tuple[Filmstrip, bool]:
    """Writes the renditions into `out_dir`; gives the filmstrip's geometry and whether a proxy was needed.

    Raises:
        Refused: the file cannot be decoded; Abandoned: `should_stop` said so.
    """
    times_file = out_dir / "times"
    times_file.write_bytes(probe.packed_times)
    width, height = proxy_size(probe.width, probe.height)
    plan = Plan(
        times_file=str(times_file),
        start_ms=probe.start_ms,
        duration_ms=probe.duration_ms,
        is_timed_by_packets=probe.is_timed_by_packets,
        rotation=probe.rotation,
        width=width,
        height=height,
        makes_proxy=not is_browser_ready(probe),
        filmstrip=filmstrip_plan(probe.duration_ms, width, height),
    )
    seconds = max(probe.duration_ms // 1000, probe.frame_count // USUAL_FPS)
    limits = Limits(
        wall_s=300 + 4 * seconds,
        cpu_s=300 + 16 * seconds,
        memory_bytes=6 * GIB,
        written_bytes=max(GIB, 20 * original.stat().st_size),
    )
    progress_file = out_dir / PROGRESS_FILE

    def watched() -> bool:
        if progress_file.exists():
            on_progress(float(progress_file.read_text()))
        return should_stop()

    run_limited("vigil.videos.rendering", [json.dumps(asdict(plan)), str(original), str(out_dir)], limits, watched)
    times_file.unlink()
    progress_file.unlink(missing_ok=True)
    return plan.filmstrip, plan.makes_proxy


def main(arguments: Sequence[str]) -> dict[str, int]:
    """Renders as the plan says; runs in the child."""
    fields = json.loads(arguments[0])
    plan = Plan(**{**fields, "filmstrip": Filmstrip(**fields["filmstrip"])})
    out_dir = Path(arguments[2])
    times_ms = unpack(Path(plan.times_file).read_bytes())
    stills = Stills(plan)
    with open_container(Path(arguments[1])) as container:
        stream = video_stream(container)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = MAX_THREADS if plan.makes_proxy else 1
        if not plan.makes_proxy:
            stream.codec_context.skip_frame = "NONKEY"
        frames = told(timed_frames(container, stream, plan, times_ms), len(times_ms), out_dir)
        if plan.makes_proxy:
            count = write_proxy(out_dir / PROXY_FILE, frames, plan, times_ms, stills)
            _check_enough(count, len(times_ms))
        else:
            for index, frame in frames:
                stills.add(times_ms[index], frame)
    stills.save(out_dir)
    return {"frames": len(times_ms)}


def _check_enough(decoded_count: int, expected: int) -> None:
    if decoded_count * 2 < expected:
        raise Refused(f"only {decoded_count} of its {expected} frames can be decoded; the file is damaged")


def timed_frames(container: Any, stream: Any, plan: Plan, times_ms: Sequence[int]) -> Iterator[tuple[int, Any]]:
    """Upright frames with their place in the frame-time table, ascending."""
    upright = Upright(plan)
    last = -1
    for count, frame in enumerate(decoded(container, stream)):
        if plan.is_timed_by_packets and frame.pts is not None:
            index = _nearest(times_ms, round(frame.pts * frame.time_base * 1000) - plan.start_ms)
        else:
            index = min(count, len(times_ms) - 1)
        if index > last:
            last = index
            yield index, upright(frame)


def told(frames: Iterator[tuple[int, Any]], count: int, out_dir: Path) -> Iterator[tuple[int, Any]]:
    """The same frames; now and then the parent is told how far they are."""
    for seen, (index, frame) in enumerate(frames):
        if seen % PROGRESS_EACH == 0:
            draft = out_dir / f"{PROGRESS_FILE}.new"
            draft.write_text(f"{index / count:.4f}")
            draft.rename(out_dir / PROGRESS_FILE)  # the parent never reads half a number
        yield index, frame


def _nearest(times_ms: Sequence[int], time_ms: int) -> int:
    """The frame that begins nearest to a time: both are rounded to milliseconds, from different origins."""
    after = bisect_left(times_ms, time_ms)
    around = range(max(0, after - 1), min(after + 1, len(times_ms)))
    return min(around, key=lambda index: abs(times_ms[index] - time_ms))


class Upright:
    """Turns, scales and converts frames to the proxy's picture; follows a stream whose size changes midway."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._shape: tuple[int, int, str] | None = None
        self._graph: Any = None

    def __call__(self, frame: Any) -> Any:
        shape = (frame.width, frame.height, frame.format.name)
        if shape == (self._plan.width, self._plan.height, "yuv420p") and self._plan.rotation == 0:
            return frame
        if shape != self._shape:
            self._graph, self._shape = self._build(frame), shape
        self._graph.push(frame)
        return self._graph.pull()

    def _build(self, frame: Any) -> Any:
        graph = av.filter.Graph()
        links = [
            graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base)
        ]
        links += [graph.add(name, value) for name, value in TURNS.get(self._plan.rotation, [])]
        links.append(graph.add("scale", f"{self._plan.width}:{self._plan.height}:flags=bilinear:out_range=tv"))
        links.append(graph.add("format", "yuv420p"))
        links.append(graph.add("buffersink"))
        graph.link_nodes(*links).configure()
        return graph


def write_proxy(
    path: Path, frames: Iterator[tuple[int, Any]], plan: Plan, times_ms: Sequence[int], stills: "Stills"
) -> int:
    """Writes the proxy, true in time; gives the number of source frames seen."""
    writer = ProxyWriter(path, times_ms, plan.duration_ms, (plan.width, plan.height))
    count, pending = 0, None
    for index, frame in frames:
        count += 1
        stills.add(times_ms[index], frame)
        if pending is not None:
            writer.show(pending, index)
        pending = frame
    if pending is None:
        raise Refused("not one of its frames can be decoded; the file is damaged")
    writer.finish(pending)
    return count


class Stills:
    """Collects poster and filmstrip from frames that come by in order of time."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        strip = plan.filmstrip
        self._sheet = np.zeros((strip.rows * strip.tile_height, strip.columns * strip.tile_width, 3), np.uint8)
        self._next_tile = 0
        self._latest: Any = None
        self._poster: Any = None

    def add(self, time_ms: int, frame: Any) -> None:
        """Takes the frame that is shown from `time_ms` on."""
        if self._latest is not None:
            self._fill_until(time_ms)
        self._latest = frame
        if self._poster is None or time_ms <= POSTER_AT * self._plan.duration_ms:
            self._poster = frame

    def save(self, out_dir: Path) -> None:
        """Writes poster and filmstrip."""
        if self._latest is None:
            raise Refused("not one of its frames can be decoded; the file is damaged")
        self._fill_until(self._plan.filmstrip.count * self._plan.filmstrip.interval_ms)
        scale = min(1.0, POSTER_WIDTH / self._plan.width)
        poster = _rgb(self._poster, round(self._plan.width * scale), round(self._plan.height * scale))
        Image.fromarray(poster).save(out_dir / POSTER_FILE, quality=82, progressive=True)
        Image.fromarray(self._sheet).save(out_dir / FILMSTRIP_FILE, quality=70)

    def _fill_until(self, time_ms: int) -> None:
        strip = self._plan.filmstrip
        first = self._next_tile
        while self._next_tile < strip.count and self._next_tile * strip.interval_ms < time_ms:
            self._next_tile += 1
        if self._next_tile == first:
            return
        tile = _rgb(self._latest, strip.tile_width, strip.tile_height)
        for index in range(first, self._next_tile):
            top, left = index // strip.columns * strip.tile_height, index % strip.columns * strip.tile_width
            self._sheet[top : top + strip.tile_height, left : left + strip.tile_width] = tile


def _rgb(frame: Any, width: int, height: int) -> Any:
    return frame.reformat(width, height, "rgb24", interpolation="AREA").to_ndarray()


if __name__ == "__main__":
    answer(main)
