"""Training videos as padded batches of clip tokens and targets.

Dimensions: B videos, C clips (padded), T clip tokens, D width, M members.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

import torch
from torch import Tensor

from ml.training.processes import ALONE, Processes
from ml.training.targets import ClipTargets


class ClipTokens(Protocol):
    """Tokens of a video's clips: a tensor [C, T, D], or something that reads the wanted clips when they are wanted."""

    def __len__(self) -> int:
        """Clips of the video."""

    def __getitem__(self, index_N: Tensor, /) -> Tensor:
        """[N, T, D] tokens of the clips with these indices."""


@dataclass(frozen=True)
class VideoClips:
    """Clip tokens of one training video and what people said about them."""

    tokens_CTD: ClipTokens
    centre_ms_C: Tensor
    targets: ClipTargets
    left_out_by: tuple[int, ...] = ()
    """Members of the ensemble that must not learn from this video."""


@dataclass(frozen=True)
class ClipBatch:
    """Videos side by side; everything is 0 or False on padding."""

    tokens_BCTD: Tensor
    is_clip_BC: Tensor
    centre_ms_BC: Tensor
    bag_B: Tensor
    target_BC: Tensor
    weight_BC: Tensor
    glance_BC: Tensor
    left_out_by: tuple[tuple[int, ...], ...] = ()
    """Of each video: the members that must not learn from it; empty where all may learn from all."""
    is_counted: bool = True
    """False where a process has no video of a step and only goes through the motions beside the others."""

    def taught_MB(self, members: int) -> Tensor:
        """Whether each member learns from each video."""
        taught = torch.full((members, len(self.bag_B)), self.is_counted)
        for video, left_out in enumerate(self.left_out_by):
            taught[list(left_out), video] = False
        return taught.to(self.bag_B.device)

    def to(self, device: torch.device) -> ClipBatch:
        """The same batch on another device."""
        tensors = {field.name: getattr(self, field.name) for field in fields(self)}
        moved: dict[str, Any] = {name: v.to(device) for name, v in tensors.items() if isinstance(v, Tensor)}
        return replace(self, **moved)


def epoch_batches(
    videos: Sequence[VideoClips],
    *,
    seed: int,
    epoch: int,
    batch_videos: int,
    max_clips: int,
    processes: Processes = ALONE,
    skip: int = 0,
) -> Iterator[ClipBatch]:
    """All videos once, in an order that depends on seed and epoch alone; every batch mixes both kinds as they come.

    Where several processes train, each gets its share of every batch, cut to the same clips as one process would see.
    The first `skip` batches are left out, and nothing is read for them.
    """
    generator = torch.Generator().manual_seed(seed * 100_003 + epoch)
    order = torch.randperm(len(videos), generator=generator).tolist()
    for first in range(0, len(order), batch_videos):
        chosen = [videos[index] for index in order[first : first + batch_videos]]
        cut = [(video, thinned(len(video.tokens_CTD), max_clips, generator)) for video in chosen]
        if first < skip * batch_videos:
            continue
        share = list(processes.share(cut))
        yield _batch(share) if share else replace(_batch(cut[:1]), is_counted=False)


def one_ahead(batches: Iterator[ClipBatch]) -> Iterator[ClipBatch]:
    """The same batches in the same order; a thread reads the next one while the caller works on this one."""
    with ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,)) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


def thinned(clips: int, max_clips: int, generator: torch.Generator) -> Tensor:
    """Indices of at most `max_clips` clips, evenly spread, at a random offset."""
    if clips <= max_clips:
        return torch.arange(clips)
    offset = torch.rand(1, generator=generator)
    return ((torch.arange(max_clips) + offset) * clips / max_clips).long().clamp_max(clips - 1)


def _batch(chosen: list[tuple[VideoClips, Tensor]]) -> ClipBatch:
    longest = max(len(index) for _, index in chosen)

    def padded(values: list[Tensor]) -> Tensor:
        rows = values[0].new_zeros(len(values), longest, *values[0].shape[1:])
        for row, value in zip(rows, values, strict=True):
            row[: len(value)] = value
        return rows

    return ClipBatch(
        tokens_BCTD=padded([video.tokens_CTD[index] for video, index in chosen]),
        is_clip_BC=padded([torch.ones(len(index), dtype=torch.bool) for _, index in chosen]),
        centre_ms_BC=padded([video.centre_ms_C[index] for video, index in chosen]),
        bag_B=torch.tensor([video.targets.bag for video, _ in chosen]),
        target_BC=padded([video.targets.target_C[index] for video, index in chosen]),
        weight_BC=padded([video.targets.weight_C[index] for video, index in chosen]),
        glance_BC=padded([video.targets.glance_C[index] for video, index in chosen]),
        left_out_by=tuple(video.left_out_by for video, _ in chosen),
    )
