"""Which past clips a clip is compared with: bounded lists of the best scored, as pure functions on scores alone.

Dimensions: B videos, C clips.

Both modes share one rule, streaming and at full length: a list keeps the `length` best candidates of the strictly
past, and of candidates with equal scores the earlier ones. Since the last score of a full list never falls, a clip
that left never comes back: all that happens to it is told by the clip at which it enters and the clip at which it
leaves. So a stretch of clips costs one short pass over its scores, and everything that touches wide vectors is a few
matrix products over the whole stretch.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SCAN_CLIPS = 64
"""Clips that are compared with the last score of a list at once."""


@dataclass(frozen=True)
class Listing:
    """What happens to a list over a stretch of clips; places count from the stretch's first clip."""

    held_leaves: tuple[int, ...]
    """Of each item held before: the first clip of the stretch that it is not listed for."""
    came: tuple[int, ...]
    """Clips of the stretch that are listed for some later clip of it, from the next one on."""
    came_leaves: tuple[int, ...]
    """The first clip that each of them is no longer listed for."""
    stays: tuple[int, ...]
    """Items held before that are still held after the stretch."""
    joins: tuple[int, ...]
    """Clips of the stretch that are held after it."""
    scores: tuple[float, ...]
    """Scores of all that are held after it, in order of time."""

    @property
    def is_changed(self) -> bool:
        """Whether other clips are held than before."""
        return bool(self.joins) or len(self.stays) < len(self.held_leaves)


def listing(held: Sequence[float], score_C: NDArray[np.float32], *, length: int, is_strict: bool) -> Listing:
    """How a list goes on over a stretch of clips.

    Args:
        held: scores of the items held so far, in order of time, at most `length`.
        score_C: scores of the stretch's clips; -inf for those that are no candidates.
        length: how many candidates are held.
        is_strict: of a full list only those strictly above its last score are listed (section 1.3, point 5).
    """
    # Of equal scores the latest item is the smallest pair, so it is the one that a better clip puts out.
    heap = [(score, -item) for item, score in enumerate(held)]
    heapq.heapify(heap)
    before, clips = len(held), len(score_C)
    came, leaves = list[int](), dict[int, int]()
    if is_strict:
        _leave_last(heap, leaves, 0, length)
    for place, score in _arrivals(heap, score_C, length):
        came.append(place)
        arrived = (score, -(before + place))
        if len(heap) < length:
            heapq.heappush(heap, arrived)
        else:
            leaves.setdefault(-heapq.heappushpop(heap, arrived)[1], place + 1)
        if is_strict:
            _leave_last(heap, leaves, place + 1, length)
    came = [place for place in came if place + 1 < leaves.get(before + place, clips)]
    after = sorted((-negative, score) for score, negative in heap)
    return Listing(
        held_leaves=tuple(leaves.get(item, clips) for item in range(before)),
        came=tuple(came),
        came_leaves=tuple(leaves.get(before + place, clips) for place in came),
        stays=tuple(item for item, _ in after if item < before),
        joins=tuple(item - before for item, _ in after if item >= before),
        scores=tuple(score for _, score in after),
    )


def _arrivals(heap: list[tuple[float, int]], score_C: NDArray[np.float32], length: int) -> Iterator[tuple[int, float]]:
    """Place and score of the clips that enter the list, which the caller changes meanwhile.

    Once a list is full hardly any clip enters it, so whole runs of clips are compared with its last score at once.
    """
    for first in range(0, len(score_C), SCAN_CLIPS):
        run = score_C[first : first + SCAN_CLIPS]
        floor = heap[0][0] if len(heap) == length else -np.inf
        for place in np.flatnonzero(run > floor).tolist():
            score = float(run[place])
            if len(heap) < length or score > heap[0][0]:
                yield first + place, score


def best_past_mask(score_BC: Tensor, length: int) -> Tensor:
    """[B, C, C] bool: whether clip j (last axis) is one of the `length` best scored clips before clip c.

    Of equal scores the earlier clips are listed. Quadratic: the plain form of what `listing` says of a whole video.
    """
    clips = score_BC.shape[1]
    past_CC = torch.ones(clips, clips, dtype=torch.bool, device=score_BC.device).tril(-1)
    seen_BCC = score_BC[:, None, :].masked_fill(~past_CC, -torch.inf)
    # A stable sort keeps equal scores in order of time.
    order_BCC = seen_BCC.sort(dim=-1, descending=True, stable=True).indices[..., :length]
    return torch.zeros_like(seen_BCC, dtype=torch.bool).scatter_(-1, order_BCC, True) & past_CC


def above_past_best_mask(score_BC: Tensor, length: int) -> Tensor:
    """[B, C, C] bool: whether clip j scores strictly above the `length`-th best clip before clip c (0 if fewer)."""
    clips = score_BC.shape[1]
    past_CC = torch.ones(clips, clips, dtype=torch.bool, device=score_BC.device).tril(-1)
    seen_BCC = torch.where(past_CC, score_BC[:, None, :], 0.0)
    if clips < length:
        return seen_BCC > 0
    return seen_BCC > seen_BCC.topk(length, dim=-1).values[..., -1:]


def _leave_last(heap: list[tuple[float, int]], leaves: dict[int, int], place: int, length: int) -> None:
    """A full list no longer shows whoever has its last score."""
    if len(heap) == length:
        for score, negative in heap:
            if score == heap[0][0]:
                leaves.setdefault(-negative, place)
