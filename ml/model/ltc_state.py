"""What is remembered of a video between two stretches of it: constant in size, passed in and handed back.

Dimensions: M members, C clips, A and N clips of the abnormal and of the normal list, V = A + N (and those that come),
H clips of history, K values of a clip's flattened vector.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ml.model.ltc_lists import Listing


@dataclass(frozen=True)
class HeldClips:
    """Both lists: the vectors as they came, the abnormal list's first, each in order of time."""

    vector_MVK: Tensor
    abnormal_score_A: tuple[float, ...] = ()
    normal_score_N: tuple[float, ...] = ()
    """Higher the more normal a clip is."""


@dataclass(frozen=True)
class LtcState:
    """All that is remembered of one video; never changed in place, and each video starts from `LtcState.empty`."""

    held: HeldClips
    """Best candidates of both lists."""
    history_MHK: Tensor
    """The clips before, the last one last; zeros where there were none."""
    clips: int
    """How many clips came before."""

    @staticmethod
    def empty(like_MCK: Tensor, history: int) -> LtcState:
        """The state before the first clip, for vectors of the same members, width, kind and device as `like_MCK`."""
        members, _, width = like_MCK.shape
        nothing, zeros_MHK = like_MCK.new_zeros(members, 0, width), like_MCK.new_zeros(members, history, width)
        return LtcState(HeldClips(nothing), zeros_MHK, 0)

    @property
    def nbytes(self) -> int:
        """Memory that its vectors take."""
        return self.held.vector_MVK.nbytes + self.history_MHK.nbytes


@dataclass(frozen=True)
class ListedClips:
    """Clips that are in a list of some clip of a stretch, those held before it first."""

    vector_MVK: Tensor
    is_listed_CV: Tensor
    is_abnormal_V: Tensor
    """Which list each of them is in."""


def listed_clips(held: HeldClips, stretch_MCK: Tensor, abnormal: Listing, normal: Listing) -> ListedClips:
    """What the clips of a stretch are compared with."""
    both = (abnormal, normal)
    came = [place for each in both for place in each.came]
    enters = [0] * held.vector_MVK.shape[1] + [place + 1 for place in came]
    leaves = [place for each in both for place in each.held_leaves] + [p for each in both for p in each.came_leaves]
    kinds = [len(each.held_leaves) for each in both] + [len(each.came) for each in both]
    is_abnormal = [True] * kinds[0] + [False] * kinds[1] + [True] * kinds[2] + [False] * kinds[3]
    place_C1 = torch.arange(stretch_MCK.shape[1])[:, None]
    is_listed_CV = (place_C1 >= torch.tensor(enters)) & (place_C1 < torch.tensor(leaves))
    device = stretch_MCK.device
    return ListedClips(
        _with_new(held.vector_MVK, stretch_MCK, came),
        is_listed_CV.to(device),
        torch.tensor(is_abnormal, dtype=torch.bool, device=device),
    )


def state_after(state: LtcState, stretch_MCK: Tensor, abnormal: Listing, normal: Listing) -> LtcState:
    """The state after a stretch; it holds copies, so that the stretch's memory can go."""
    held, first_normal = state.held, len(state.held.abnormal_score_A)
    if abnormal.is_changed or normal.is_changed:
        # Kept and new clips of each list, in order of time.
        vectors = [
            held.vector_MVK[:, list(abnormal.stays)],
            stretch_MCK[:, list(abnormal.joins)],
            held.vector_MVK[:, [first_normal + place for place in normal.stays]],
            stretch_MCK[:, list(normal.joins)],
        ]
        held = HeldClips(torch.cat(vectors, 1), abnormal.scores, normal.scores)
    return LtcState(held, _history_after(state, stretch_MCK), state.clips + stretch_MCK.shape[1])


def _history_after(state: LtcState, stretch_MCK: Tensor) -> Tensor:
    history = state.history_MHK.shape[1]
    if stretch_MCK.shape[1] >= history:
        return stretch_MCK[:, stretch_MCK.shape[1] - history :].clone()
    return torch.cat([state.history_MHK, stretch_MCK], 1)[:, -history:].clone()


def _with_new(held_MVK: Tensor, stretch_MCK: Tensor, places: list[int]) -> Tensor:
    return torch.cat([held_MVK, stretch_MCK[:, places]], 1) if places else held_MVK
