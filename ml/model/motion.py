"""Motion of clips: how feature maps change from one picture to the next, and how unsteadily.

Dimensions: T frames, N pictures (frames and their neighbours in order of time), C clips, P frames of a clip, K values,
h x w cells. Violence is told less by how much moves than by how jerkily a person-sized place moves, within an eighth
of a second, and edges tell it better than things do: `ml/LOG.md` has the figures. A clip takes the median of its
pictures' values: a cut between two scenes, a flash or a lost frame is an outlier among many and does not count.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from ml.model.encoder import EARLY_CHANNELS, HEAD_CHANNELS

CELLS = 8
"""Where things happen is told on a grid of this many cells a side; a cell is about the size of a person."""
GROUP_SIZES = {
    "appearance": HEAD_CHANNELS,
    "motion": HEAD_CHANNELS,
    "step": EARLY_CHANNELS[0],
    "jerk": EARLY_CHANNELS[0],
    "jerk_spread": EARLY_CHANNELS[0],
    "deep_jerk": EARLY_CHANNELS[1],
    "deep_jerk_spread": EARLY_CHANNELS[1],
}
"""Groups of values that a clip is described by, each one a token later on. `step` and `jerk` are the first and the
second difference of the edge maps in the cell where they are largest, the spreads how unevenly they lie over cells."""
JERK_PICTURES = 2
"""Pictures before the current one that a second difference needs."""


class MotionMeter:
    """Measures pictures in order; remembers the last ones of the chunk before."""

    def __init__(self) -> None:
        self._last_head: Tensor | None = None
        self._last_early: list[Tensor] | None = None
        self._appearance: list[Tensor] = []
        self._change: list[Tensor] = []
        self._early: dict[str, list[Tensor]] = {}

    def add_head(self, head_TKhw: Tensor) -> None:
        """Take in the deepest maps of a chunk's frames."""
        before = head_TKhw[:1] if self._last_head is None else self._last_head
        change = (head_TKhw - torch.cat([before, head_TKhw[:-1]])).abs()
        self._last_head = head_TKhw[-1:].clone()
        self._appearance.append(head_TKhw.mean((2, 3), dtype=torch.float32).cpu())
        self._change.append(change.mean((2, 3), dtype=torch.float32).cpu())

    def add_early(self, early: Sequence[Tensor], is_new_N: Tensor) -> None:
        """Take in the early maps of a chunk's pictures, frames and neighbours in turn.

        Args:
            early: maps [N, K, h, w] of each early depth.
            is_new_N: whether a picture differs from the one before it; a repeated picture says nothing about motion,
                so differences go over it to the last picture that was new.
        """
        chosen = slice(None) if bool(is_new_N.all()) else is_new_N
        new = [maps_NKhw[chosen].float() for maps_NKhw in early]
        known = new if self._last_early is None else [torch.cat(two) for two in zip(self._last_early, new, strict=True)]
        self._last_early = [maps_NKhw[-JERK_PICTURES:].clone() for maps_NKhw in known]
        for name, values_nK in _early_values(known).items():
            values_NK = torch.full((len(is_new_N), values_nK.shape[1]), torch.nan)
            values_NK[chosen] = values_nK[len(values_nK) - len(new[0]) :].cpu()
            self._early.setdefault(name, []).append(values_NK)

    def take_clips(self, is_repeat_T: Tensor, frames_per_clip: int) -> dict[str, Tensor]:
        """Groups [C, K] of the clips measured since the last call, in half precision; their pictures are forgotten.

        The frames must make whole clips. A day of video is remembered in clips, never in frames.

        Args:
            is_repeat_T: frames that show the same picture as the one before: they say nothing about motion.
            frames_per_clip: P.
        """
        change = torch.cat(self._change).masked_fill(is_repeat_T[:, None], torch.nan)
        groups = {
            "appearance": _of_clips(torch.cat(self._appearance), frames_per_clip).mean(1),
            "motion": middle(_of_clips(change, frames_per_clip)),
        }
        for name, values in self._early.items():
            groups[name] = middle(_of_clips(torch.cat(values), 2 * frames_per_clip))
        self._appearance, self._change, self._early = [], [], {}
        return {name: groups[name].half() for name in GROUP_SIZES}


def differences(maps_NKhw: Tensor) -> tuple[Tensor, Tensor]:
    """Sizes of the first differences, [N - 1, K, h, w] from the second picture on, and of the second differences,
    [N - 2, K, h, w] from the third one on."""
    first = maps_NKhw[1:] - maps_NKhw[:-1]
    second = (first[1:] - first[:-1]).abs_()
    return first.abs_(), second


def on_cells(maps_NKhw: Tensor) -> Tensor:
    """[N, K, cells] means over the cells of the grid, or over single places where a map is smaller than the grid."""
    side = min(CELLS, *maps_NKhw.shape[2:])
    return functional.adaptive_avg_pool2d(maps_NKhw, side).flatten(2)


def middle(values_CPK: Tensor) -> Tensor:
    """[C, K] lower median over a clip's pictures, those of NaN left out; zeros where none is left."""
    return values_CPK.nanmedian(1).values.nan_to_num(0.0)


def _early_values(known: Sequence[Tensor]) -> dict[str, Tensor]:
    """Values [N, K] of each group that is measured on early maps; NaN where pictures before are lacking."""
    shallow_first, shallow_second = (on_cells(maps) for maps in differences(known[0]))
    deep_second = on_cells(differences(known[1])[1])
    values = {
        "step": shallow_first.amax(2),
        "jerk": shallow_second.amax(2),
        "jerk_spread": _spread(shallow_second),
        "deep_jerk": deep_second.amax(2),
        "deep_jerk_spread": _spread(deep_second),
    }
    return {
        name: functional.pad(each, (0, 0, len(known[0]) - len(each), 0), value=torch.nan)
        for name, each in values.items()
    }


def _spread(cells_NKc: Tensor) -> Tensor:
    """[N, K] standard deviation over cells; torch warns where there is no picture at all."""
    return cells_NKc.std(2) if len(cells_NKc) else cells_NKc.sum(2)


def _of_clips(values_TK: Tensor, pictures: int) -> Tensor:
    return values_TK.reshape(-1, pictures, values_TK.shape[1])
