"""Which frames make which clip: pure functions from frame times to sampled frames and clip edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ClipSampling:
    """The frames that a model sees of one video, in order of time."""

    frame_index: NDArray[np.int64]
    """Frame shown at each sampled moment; a multiple of the clip length, at least one clip."""
    neighbour_index: NDArray[np.int64]
    """Frame shown half way to the next sampled moment, so that both together are twice as many evenly spaced frames:
    how limbs move shows within an eighth of a second, whatever the video's rate. The frame itself if none is newer."""
    neighbour_gap_s: NDArray[np.float64]
    """Time between a frame and its neighbour; 0 where they are the same frame."""
    clip_start_ms: tuple[int, ...]
    clip_end_ms: tuple[int, ...]
    """The end of the last clip is the end of the video; all others touch."""


def sample_clips(frame_start_s: NDArray[np.float64], end_s: float, fps: float, frames_per_clip: int) -> ClipSampling:
    """Frames shown at 0, 1/fps, 2/fps, ... after the first frame, in clips; the last frame fills up the last clip.

    Args:
        frame_start_s: presentation time of every frame, ascending. The first one is the origin of all times.
        end_s: when the last frame ends.
        fps: sampled frames a second. A video of a lower rate repeats frames.
        frames_per_clip: length of a clip.
    """
    if len(frame_start_s) == 0:
        raise ValueError("a video needs at least one frame")
    starts_s = frame_start_s - frame_start_s[0]
    duration_s = max(end_s - float(frame_start_s[0]), float(starts_s[-1]), 1e-3)
    moments = max(1, int(np.ceil(duration_s * fps - 1e-6)))
    clips = -(-moments // frames_per_clip)
    times_s = np.minimum(np.arange(clips * frames_per_clip) / fps, starts_s[-1])
    index, neighbour = _shown_at(starts_s, times_s), _shown_at(starts_s, times_s + 0.5 / fps)
    clip_s = frames_per_clip / fps
    edges_ms = [round(clip * clip_s * 1000) for clip in range(clips)]
    ends_ms = [*edges_ms[1:], max(round(duration_s * 1000), edges_ms[-1] + 1)]
    gap_s = starts_s[neighbour] - starts_s[index]
    return ClipSampling(index, neighbour, gap_s, tuple(edges_ms), tuple(ends_ms))


def _shown_at(starts_s: NDArray[np.float64], times_s: NDArray[np.float64]) -> NDArray[np.int64]:
    """Index of the frame that is on screen at each time."""
    shown: NDArray[np.int64] = np.searchsorted(starts_s, times_s + 1e-6, side="right").astype(np.int64) - 1
    return shown


def chunk_edges(frames: int, frames_per_clip: int, at_most: int) -> list[int]:
    """Where to cut a video's sampled frames into chunks of whole clips: 0, ..., frames.

    The first chunk is one clip, so that work on it begins early, and the last one is halved, so that several cores
    share the end of the video.

    Args:
        frames: sampled frames, a multiple of the clip length.
        frames_per_clip: length of a clip.
        at_most: frames of a chunk, a multiple of the clip length.
    """
    edges = [0, min(frames_per_clip, frames)]
    while frames - edges[-1] > at_most:
        edges.append(edges[-1] + at_most)
    half = -(-(frames - edges[-1]) // (2 * frames_per_clip)) * frames_per_clip
    return sorted({*edges, edges[-1] + half, frames})
