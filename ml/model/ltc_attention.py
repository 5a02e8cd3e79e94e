"""What a clip takes from the clips that it is compared with. Pure functions on vectors, the same for both modes.

Dimensions: M members, C clips of a stretch, H clips of history, K values of a flattened clip, V listed clips,
G = M * R runs of neighbouring clips, S clips of a run, W = H + S clips of the window that a run shares.

Time goes into moving wide vectors, not into sums. So vectors are taken as they come (a cosine is a dot product divided
by both norms; no normalised copy is ever written), a clip's norm is read off its window's dot products, and windows
are views of the stretch.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

NORM_FLOOR = 1e-12
"""A clip of zeros has cosine 0 with every other."""
RUN_CLIPS = 8
"""Clips of a run: more would multiply more pairs that no window holds, fewer would need more calls."""

Weighing = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(cosine [.., S, V], inverse norm of the keys [.., V], mask of the same shape as the cosine) -> weight of each key."""


def cosine_weights(cosine_SV: Tensor, inverse_norm_V: Tensor, mask_SV: Tensor) -> Tensor:
    """Mode reference: the cosine itself, on unit vectors, no softmax (section 1.3, point 2)."""
    return cosine_SV * mask_SV * inverse_norm_V[..., None, :]


def softmax_weights(scale: float) -> Weighing:
    """Mode paper: a softmax over the masked-in clips of `scale` times the cosine; all 0 where there are none."""

    def weights(cosine_SV: Tensor, _: Tensor, mask_SV: Tensor) -> Tensor:
        shares_SV = (scale * cosine_SV).masked_fill(~mask_SV, -torch.inf).softmax(-1)
        return torch.where(mask_SV, shares_SV, 0.0)

    return weights


def inverse_norm(vector_MCK: Tensor) -> Tensor:
    """[M, C]"""
    norm_MC: Tensor = torch.linalg.vector_norm(vector_MCK, dim=-1)
    return norm_MC.clamp_min(NORM_FLOOR).reciprocal()


@dataclass(frozen=True)
class Windows:
    """Runs of clips, from clip `first` of the stretch on, each with the window that all of its clips share."""

    first: int
    runs: int
    """Of each member."""
    clip_GSK: Tensor
    window_GWK: Tensor
    dot_GSW: Tensor

    @property
    def stop(self) -> int:
        """The clip after the last one."""
        return self.first + self.runs * self.clip_GSK.shape[1]


class Stretch:
    """C clips of a video in order, compared with the clips before each of them and with the listed ones."""

    def __init__(self, vector_MCK: Tensor, history_MHK: Tensor, clips_before: int, listed_MVK: Tensor) -> None:
        """Args:
        vector_MCK: the clips.
        history_MHK: the clips before; zeros where `clips_before` says that there were none.
        clips_before: how many clips of the video came before the stretch.
        listed_MVK: the clips that are listed somewhere in the stretch.
        """
        self._reach, self._clips_before = history_MHK.shape[1], clips_before
        self._listed_MVK = listed_MVK
        self._windows = list(_windows(vector_MCK, history_MHK))
        self._dot_MCV = torch.bmm(vector_MCK, listed_MVK.transpose(1, 2))
        # A clip's product with itself stands on a diagonal of its run's products.
        own = [each.dot_GSW.diagonal(self._reach, 1, 2).reshape(len(vector_MCK), -1) for each in self._windows]
        self._norm_MC = torch.cat(own, 1).sqrt().clamp_min(NORM_FLOOR).reciprocal()
        self._norm_MN = torch.cat([inverse_norm(history_MHK), self._norm_MC], 1)

    def of_listed(self, mask_CV: Tensor, weigh: Weighing, out_MCK: Tensor) -> None:
        """Write to `out_MCK` what each clip takes from the listed clips that `mask_CV` gives it."""
        norm_MV = inverse_norm(self._listed_MVK)
        cosine_MCV = self._dot_MCV * self._norm_MC[:, :, None] * norm_MV[:, None]
        torch.bmm(weigh(cosine_MCV, norm_MV, mask_CV), self._listed_MVK, out=out_MCK)

    def of_history(self, weigh: Weighing, out_MCK: Tensor, *, with_current: bool) -> None:
        """Write to `out_MCK` what each clip takes from the H clips before it, and from itself if wanted."""
        for each in self._windows:
            runs, size = each.runs, each.clip_GSK.shape[1]
            norm_MN = self._norm_MN[:, each.first : each.stop + self._reach]
            norm_GW = norm_MN.unfold(1, size + self._reach, size).flatten(0, 1)
            norm_GS = self._norm_MC[:, each.first : each.stop].reshape(-1, size)
            mask_SW = band_mask(size, self._reach, with_current=with_current, device=norm_GS.device)
            if each.first == 0:
                is_real_W = torch.arange(-self._reach, size, device=norm_GS.device) >= -self._clips_before
                mask_SW = mask_SW & is_real_W
            cosine_GSW = each.dot_GSW * norm_GS[:, :, None] * norm_GW[:, None]
            weight_GSW = weigh(cosine_GSW, norm_GW, mask_SW)
            out_MRSK = out_MCK[:, each.first : each.stop].view(len(out_MCK), runs, size, -1)
            if len(out_MCK) == 1:
                torch.bmm(weight_GSW, each.window_GWK, out=out_MRSK[0])
            else:
                out_MRSK.copy_(torch.bmm(weight_GSW, each.window_GWK).view_as(out_MRSK))


@functools.lru_cache(maxsize=64)
def band_mask(clips: int, reach: int, *, with_current: bool, device: torch.device) -> Tensor:
    """[S, W] bool: of `reach` clips and then S more, those that are at most `reach` clips before each of the S."""
    distance_SW = torch.arange(clips, device=device)[:, None] - torch.arange(-reach, clips, device=device)
    return (distance_SW >= (0 if with_current else 1)) & (distance_SW <= reach)


def _windows(vector_MCK: Tensor, history_MHK: Tensor) -> Iterator[Windows]:
    """The stretch as runs: the first clips with the history before them, then runs whose windows lie inside the
    stretch, as views."""
    clips, reach = vector_MCK.shape[1], history_MHK.shape[1]
    head = min(clips, max(1, reach))
    head += (clips - head) % RUN_CLIPS
    yield _window(vector_MCK[:, :head], torch.cat([history_MHK, vector_MCK[:, :head]], 1), 0, head)
    if head < clips:
        yield _window(vector_MCK[:, head:], vector_MCK[:, head - reach :], head, RUN_CLIPS)


def _window(clips_MCK: Tensor, covered_MNK: Tensor, first: int, size: int) -> Windows:
    """Runs of `size` clips; `covered_MNK` are the clips with the history of the first run before them."""
    members, clips, width = clips_MCK.shape
    runs_MRSK = clips_MCK.view(members, clips // size, size, width)
    window = covered_MNK.shape[1] - clips + size
    clip_GSK = runs_MRSK.flatten(0, 1)
    window_GWK = covered_MNK.unfold(1, window, size).transpose(2, 3).flatten(0, 1)
    dot_GSW = torch.bmm(clip_GSK, window_GWK.transpose(1, 2))
    return Windows(first, runs_MRSK.shape[1], clip_GSK, window_GWK, dot_GSW)
