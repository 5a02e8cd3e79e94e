"""Motion of clips: how feature maps, pixels and the optical flow change from frame to frame.

Dimensions: T frames, C clips, P frames of a clip, K values, h x w cells. A clip takes the median of its frames'
values: a cut between two scenes, a flash or a lost frame is one outlier among eight and does not count.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ml.model.encoder import HEAD_CHANNELS, STAGE_CHANNELS

FLOW_CELLS = 40
"""The flow is averaged to this many cells a side before anything is measured on it."""
GRID = 4
"""Where things happen is told on a grid of this many cells a side."""
DIRECTIONS = 8
FLOW_KINDS = DIRECTIONS + 4
"""Per cell: magnitude by direction, mean and largest magnitude, change of magnitude, roughness."""
PIXEL_KINDS = 2
"""Grey-level difference to the neighbour frame and to the previous sampled frame."""
GROUP_SIZES = {
    "appearance": HEAD_CHANNELS,
    "motion": HEAD_CHANNELS,
    "motion_peak": HEAD_CHANNELS,
    "fine_motion": STAGE_CHANNELS,
    "fine_motion_peak": STAGE_CHANNELS,
    "flow": 5 * (FLOW_KINDS + PIXEL_KINDS),
    "flow_map": 3 * GRID * GRID,
}
"""Groups of values that a clip is described by, each one a token later on."""
LOG_FLOOR = 1e-2


@dataclass
class FrameMotion:
    """Values of sampled frames, collected chunk by chunk; lists of [T, ...] tensors of equal T."""

    appearance: list[Tensor]
    change_mean: list[Tensor]
    """[T, K] of all five depths side by side, averaged over cells."""
    change_peak: list[Tensor]
    """[T, K], the cell of the largest change."""
    flow: list[Tensor]
    """[T, FLOW_KINDS + PIXEL_KINDS, GRID * GRID]"""
    flow_map: list[Tensor]
    """[T, 3, GRID * GRID]: mean flow to the right and down, and its magnitude."""


class MotionMeter:
    """Measures frames in order; remembers the last frame of the chunk before."""

    def __init__(self) -> None:
        self.measured = FrameMotion([], [], [], [], [])
        self._last_maps: list[Tensor] | None = None
        self._last_grey: NDArray[np.uint8] | None = None
        self._last_magnitude: Tensor | None = None
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)

    def take_clips(self, is_repeat_T: Tensor, frames_per_clip: int) -> dict[str, Tensor]:
        """Groups of the clips measured since the last call, in half precision; their frames are forgotten.

        The frames must make whole clips. A day of video is remembered in clips, never in frames.
        """
        groups = clip_groups(self.measured, is_repeat_T, frames_per_clip)
        self.measured = FrameMotion([], [], [], [], [])
        return {name: values.half() for name, values in groups.items()}

    def add_maps(self, maps: list[Tensor]) -> None:
        """Take in the feature maps of a chunk."""
        previous = self._last_maps or [depth[:1] for depth in maps]
        means, peaks = [], []
        for depth, before in zip(maps, previous, strict=True):
            change = (depth - torch.cat([before, depth[:-1]])).abs()
            cells = functional.adaptive_avg_pool2d(change, min(GRID, change.shape[-1])).flatten(2).float()
            means.append(cells.mean(2))
            peaks.append(cells.amax(2))
        self._last_maps = [depth[-1:].clone() for depth in maps]
        self.measured.appearance.append(maps[-1].mean((2, 3), dtype=torch.float32).cpu())
        self.measured.change_mean.append(torch.cat(means, 1).cpu())
        self.measured.change_peak.append(torch.cat(peaks, 1).cpu())

    def add_frames(
        self, frames_THWC: NDArray[np.uint8], neighbours_THWC: NDArray[np.uint8], gap_s: NDArray[np.float64]
    ) -> None:
        """Take in the pixels of a chunk and of the neighbours of its frames."""
        flows, pixels = [], []
        for frame, neighbour, gap in zip(frames_THWC, neighbours_THWC, gap_s, strict=True):
            grey, next_grey = (cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in (frame, neighbour))
            flow = self._flow.calc(grey, next_grey, None)  # type: ignore[call-overload]
            speed = flow / (grey.shape[0] * max(float(gap), 1e-3))
            flows.append(cv2.resize(speed, (FLOW_CELLS, FLOW_CELLS), interpolation=cv2.INTER_AREA))
            last = grey if self._last_grey is None else self._last_grey
            pixels.append([_on_grid(cv2.absdiff(grey, other)) for other in (next_grey, last)])
            self._last_grey = grey
        flow_ThwV = torch.from_numpy(np.stack(flows)).float()
        kinds, self._last_magnitude = flow_kinds(flow_ThwV, self._last_magnitude)
        pixel_kinds = torch.from_numpy(np.asarray(pixels, dtype=np.float32)).flatten(2) / 255
        self.measured.flow.append(torch.cat([kinds, pixel_kinds], 1))
        self.measured.flow_map.append(flow_map(flow_ThwV))


def flow_kinds(flow_ThwV: Tensor, last_magnitude_1hw: Tensor | None) -> tuple[Tensor, Tensor]:
    """[T, FLOW_KINDS, GRID * GRID] in frame heights a second, and the last magnitude for the next chunk.

    The camera's own movement, taken as the median flow of a frame, is removed first.
    """
    own = flow_ThwV.flatten(1, 2).median(1).values[:, None, None]
    moving = flow_ThwV - own
    magnitude = moving.norm(dim=-1)
    angle = torch.atan2(moving[..., 1], moving[..., 0])
    direction = ((angle + torch.pi) / (2 * torch.pi) * DIRECTIONS).long().clamp(0, DIRECTIONS - 1)
    by_direction = (functional.one_hot(direction, DIRECTIONS) * magnitude[..., None]).permute(0, 3, 1, 2)
    before = magnitude[:1] if last_magnitude_1hw is None else last_magnitude_1hw
    change = (magnitude - torch.cat([before, magnitude[:-1]])).abs()
    roughness = functional.pad((moving[:, :, 1:] - moving[:, :, :-1]).norm(dim=-1), (0, 1)) + functional.pad(
        (moving[:, 1:] - moving[:, :-1]).norm(dim=-1), (0, 0, 0, 1)
    )
    maps = torch.cat([by_direction, torch.stack([magnitude, change, roughness], 1)], 1)
    mean = functional.adaptive_avg_pool2d(maps, GRID)
    largest = functional.adaptive_max_pool2d(magnitude[:, None], GRID)
    return torch.cat([mean, largest], 1).flatten(2), magnitude[-1:]


def flow_map(flow_ThwV: Tensor) -> Tensor:
    """[T, 3, GRID * GRID]: mean flow to the right, down, and mean magnitude: what moves where, and which way."""
    vectors = flow_ThwV.permute(0, 3, 1, 2)
    maps = torch.cat([vectors, vectors.norm(dim=1, keepdim=True)], 1)
    return functional.adaptive_avg_pool2d(maps, GRID).flatten(2)


def clip_groups(measured: FrameMotion, is_repeat_T: Tensor, frames_per_clip: int) -> dict[str, Tensor]:
    """The groups of GROUP_SIZES, each [C, K] float32.

    Args:
        measured: values of C * frames_per_clip frames.
        is_repeat_T: frames that show the same picture as the one before: they say nothing about motion.
        frames_per_clip: P.
    """
    appearance = _clips(torch.cat(measured.appearance), frames_per_clip).mean(1)
    change_mean, change_peak, flow, vectors = (
        middle(_clips(torch.cat(values), frames_per_clip), _clips(is_repeat_T, frames_per_clip))
        for values in (measured.change_mean, measured.change_peak, measured.flow, measured.flow_map)
    )
    flow_T = _clips(torch.cat(measured.flow), frames_per_clip)
    log_flow = torch.log(
        torch.cat([flow.mean(2), flow.amax(2), flow.std(2), flow_T.amax(3).mean(1), flow_T.mean(3).std(1)], 1)
        + LOG_FLOOR
    )
    return {
        "appearance": appearance,
        "motion": change_mean[:, STAGE_CHANNELS:],
        "motion_peak": change_peak[:, STAGE_CHANNELS:],
        "fine_motion": change_mean[:, :STAGE_CHANNELS],
        "fine_motion_peak": change_peak[:, :STAGE_CHANNELS],
        "flow": log_flow,
        "flow_map": vectors.flatten(1),
    }


def middle(values_CPx: Tensor, is_repeat_CP: Tensor) -> Tensor:
    """The lower median over a clip's frames that are no repeats; zeros where all of them are."""
    shape = (*is_repeat_CP.shape, *[1] * (values_CPx.dim() - 2))
    masked = values_CPx.masked_fill(is_repeat_CP.view(shape), torch.nan)
    return masked.nanmedian(1).values.nan_to_num(0.0)


def _clips(values_Tx: Tensor, frames_per_clip: int) -> Tensor:
    return values_Tx.reshape(-1, frames_per_clip, *values_Tx.shape[1:])


def _on_grid(grey: cv2.typing.MatLike) -> cv2.typing.MatLike:
    return cv2.resize(grey.astype(np.float32), (GRID, GRID), interpolation=cv2.INTER_AREA)
