"""Decoding of the sampled frames only, one chunk ahead of whoever uses them."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import decord
import numpy as np
from numpy.typing import NDArray

from ml.errors import VideoUnreadable
from ml.video.sampling import ClipSampling, chunk_edges, sample_clips
from ml.video.snippets import sample_snippets

AHEAD = 4
"""Chunks that are decoded ahead of whoever uses them; on a busy machine the decoding thread comes and goes."""


@dataclass(frozen=True)
class FrameChunk:
    """Sampled frames and their neighbours, resized, RGB."""

    frames_THWC: NDArray[np.uint8]
    neighbours_THWC: NDArray[np.uint8]
    """The frame half way to the next sampled one; none where the reader was told to leave them out."""
    gap_s: NDArray[np.float64]
    """Time between each frame and its neighbour."""
    is_repeat_T: NDArray[np.bool_]
    """Frames that show the same picture as the one before; the first frame of a video, which has none, counts too."""
    decode_s: float
    """Seconds that decoding took."""
    is_new_T2: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 2), dtype=bool))
    """Of each frame and its neighbour: whether it shows another picture than the one before it, in order of time; none
    without neighbours."""


class ClipReader:
    """An opened video that knows its clips and reads their frames in order."""

    def __init__(
        self,
        path: str,
        *,
        fps: float,
        frames_per_clip: int,
        size_px: int,
        snippets: int = 0,
        with_neighbours: bool = True,
        threads: int = 1,
    ) -> None:
        """Opens a video and lays out its clips.

        Args:
            path: a local file.
            fps: sampled frames a second.
            frames_per_clip: length of a clip.
            size_px: frames are resized to this square.
            snippets: where above 0, this many clips spread over the video take the place of those at `fps`.
            with_neighbours: whether the frame after each sampled frame is wanted too.
            threads: threads that decode.

        Raises:
            VideoUnreadable: the file has no frame that can be decoded.
        """
        self.path, self._with_neighbours, self._frames_per_clip = path, with_neighbours, frames_per_clip
        self._reader = _open(path, size_px, threads)
        times_s = _frame_times_s(self._reader, path)
        starts_s, end_s = times_s[:, 0], float(times_s[-1, 1])
        self.sampling: ClipSampling = (
            sample_snippets(starts_s, end_s, snippets, frames_per_clip)
            if snippets
            else sample_clips(starts_s, end_s, fps, frames_per_clip)
        )
        index = self.sampling.frame_index
        self._is_repeat_T = np.diff(index, prepend=index[0]) == 0
        both = np.stack([index, self.sampling.neighbour_index], 1)
        self._is_new_T2 = (np.diff(both.ravel(), prepend=-1) != 0).reshape(both.shape)

    def chunks(self, frames: int) -> Iterator[FrameChunk]:
        """Chunks of at most `frames` sampled frames, whole clips each; a thread decodes the next ones while the caller
        works on this one."""
        ahead: queue.Queue[FrameChunk | BaseException | None] = queue.Queue(maxsize=AHEAD)
        is_abandoned = threading.Event()
        thread = threading.Thread(target=self._decode, args=(frames, ahead, is_abandoned), daemon=True)
        thread.start()
        try:
            while (item := ahead.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            is_abandoned.set()
            while thread.is_alive():
                _drain(ahead)
                thread.join(timeout=0.05)

    def _decode(
        self, frames: int, ahead: queue.Queue[FrameChunk | BaseException | None], is_abandoned: threading.Event
    ) -> None:
        try:
            edges = chunk_edges(len(self.sampling.frame_index), self._frames_per_clip, frames)
            for first, stop in zip(edges, edges[1:], strict=False):
                if is_abandoned.is_set():
                    return
                ahead.put(self._chunk(first, stop))
            ahead.put(None)
        except BaseException as error:  # noqa: BLE001  # the edge of a thread: the reader of the queue raises it
            ahead.put(error)

    def _chunk(self, first: int, stop: int) -> FrameChunk:
        wanted = self.sampling.frame_index[first:stop]
        neighbours = self.sampling.neighbour_index[first : stop if self._with_neighbours else first]
        distinct, places = np.unique(np.concatenate([wanted, neighbours]), return_inverse=True)
        started_s = time.perf_counter()
        try:
            images = self._reader.get_batch(distinct.tolist()).asnumpy()
        except (decord.DECORDError, RuntimeError, IndexError) as error:
            raise VideoUnreadable(
                f"{Path(self.path).name}: frames {distinct[0]} to {distinct[-1]} cannot be decoded "
                f"({_first_line(error)}); re-encode the video or cut the damaged part off"
            ) from None
        decode_s = time.perf_counter() - started_s
        count = len(wanted)
        return FrameChunk(
            images[places[:count]],
            images[places[count:]],
            self.sampling.neighbour_gap_s[first:stop],
            self._is_repeat_T[first:stop],
            decode_s,
            self._is_new_T2[first : stop if self._with_neighbours else first],
        )


def _drain(ahead: queue.Queue[FrameChunk | BaseException | None]) -> None:
    while not ahead.empty():
        try:
            ahead.get_nowait()
        except queue.Empty:
            return


def _open(path: str, size_px: int, threads: int) -> decord.VideoReader:
    name = Path(path).name
    if not Path(path).is_file():
        raise VideoUnreadable(f"{name}: there is no such file; import it again")
    try:
        return decord.VideoReader(path, width=size_px, height=size_px, num_threads=threads)
    except (decord.DECORDError, RuntimeError) as error:
        raise VideoUnreadable(f"{name}: not a video that can be decoded ({_first_line(error)}); re-encode it") from None


def _frame_times_s(reader: decord.VideoReader, path: str) -> NDArray[np.float64]:
    """Start and end of every frame in seconds, ascending; made from the rate where the file has no usable times."""
    count = len(reader)
    if count == 0:
        raise VideoUnreadable(f"{Path(path).name}: holds no frames; check the file")
    times_s = np.asarray(reader.get_frame_timestamp(np.arange(count)), dtype=np.float64).reshape(count, 2)
    if not np.isfinite(times_s).all() or (np.diff(times_s[:, 0]) < 0).any() or times_s[-1, 0] - times_s[0, 0] <= 0:
        rate = reader.get_avg_fps() or 25.0
        starts_s = np.arange(count) / rate
        return np.stack([starts_s, starts_s + 1 / rate], axis=1)
    return times_s


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
