"""The sampling of the published code: a fixed number of clips spread over the whole video. Pure functions.

Reference section 2.2, `snippet_uniform`: 16 clips of 8 frames whatever the length of the video. Where the published
code fails (a video with fewer frames than the last index it asks for; it then puts another video in its place) the
last frame stands in for those that are not there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.video.sampling import ClipSampling

SPAN_FRAMES = 64
"""Frames that a clip is laid out in."""


def snippet_frames(frames: int, clips: int = 16, frames_per_clip: int = 8) -> NDArray[np.int64]:
    """[clips, frames_per_clip] frame indices of the published code, not yet cut to the video's length.

    Clips start floor(i * avg) frames into the video, avg = (frames - 63) / clips. Their frames are 8 apart; in a video
    that has room for more (avg of 64 or above) they are avg / 8 apart, so that all frames of the video's clips
    together are spread evenly over it.
    """
    span = (frames - (SPAN_FRAMES - 1)) / clips
    stride = max(SPAN_FRAMES, span) / frames_per_clip
    offsets = np.floor(np.arange(clips) * max(span, 0.0))
    steps = np.floor(np.arange(frames_per_clip) * stride)
    indices: NDArray[np.int64] = (offsets[:, None] + steps[None, :]).astype(np.int64)
    return indices


def sample_snippets(frame_start_s: NDArray[np.float64], end_s: float, clips: int, frames_per_clip: int) -> ClipSampling:
    """The published clips, each standing for an equal part of the video: n scores are spread over L frames like that.

    Args:
        frame_start_s: presentation time of every frame, ascending. The first one is the origin of all times.
        end_s: when the last frame ends.
        clips: clips of a video, 16 in the published code.
        frames_per_clip: frames of a clip, 8 there.
    """
    if len(frame_start_s) == 0:
        raise ValueError("a video needs at least one frame")
    starts_s = frame_start_s - frame_start_s[0]
    last = len(starts_s) - 1
    index = snippet_frames(len(starts_s), clips, frames_per_clip).clip(0, last).flatten()
    neighbour = np.where(index < last, index + 1, np.maximum(index - 1, 0))
    duration_ms = max(end_s - float(frame_start_s[0]), float(starts_s[-1]), 1e-3) * 1000
    edges_ms = np.round(np.arange(clips + 1) * max(duration_ms, clips) / clips).astype(int).tolist()
    gap_s = np.abs(starts_s[neighbour] - starts_s[index])
    return ClipSampling(index, neighbour, gap_s, tuple(edges_ms[:-1]), tuple(edges_ms[1:]))
