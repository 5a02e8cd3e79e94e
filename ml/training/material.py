"""What a run learns from: its videos with their features in the store, and their clips as training asks for them.

Everything frozen is computed once and stays on disk. Clip tokens are held in memory while all of them fit into
`HELD_BYTES`; above that (256 tokens of 768 values a clip are 0.75 MiB) each batch reads the clips that it takes.

Dimensions: C clips, T clip tokens, D width, N chosen clips, K values of a group.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ml.contracts import ShouldStop, TrainingVideo
from ml.data.encoding import VideoEncoder
from ml.data.feature_entry import StoredFeatures
from ml.errors import JobInvalid, TrainingStopped, VideoUnreadable
from ml.model.detector import Detector
from ml.training.batches import ClipTokens, VideoClips
from ml.training.processes import ALONE, Processes
from ml.training.progress import RunProgress
from ml.training.targets import clip_targets

logger = logging.getLogger(__name__)
BROKEN_SHARE = 0.1
"""A run goes on without broken videos up to this share of them (one is always forgiven); more than that fails it."""
HELD_BYTES = 2 * 2**30
"""Tokens of all training videos together that are held in memory."""
FIT_BYTES = 2 * 2**30
"""Features that a projection is fitted to at once; of more, every second, third, ... clip is taken."""
STRETCH = 1024
"""Clips that are read and projected at once."""


@dataclass(frozen=True)
class Material:
    """The readable training videos and their features."""

    videos: tuple[TrainingVideo, ...]
    features: tuple[StoredFeatures, ...]
    broken: tuple[str, ...]
    """Why each of the other videos cannot be used."""


def read_material(
    videos: Sequence[TrainingVideo],
    encoder: VideoEncoder,
    progress: RunProgress,
    should_stop: ShouldStop,
    processes: Processes = ALONE,
) -> Material:
    """Features of all videos, computed where the store has none; several processes divide the videos.

    Raises:
        JobInvalid: too many videos cannot be read; the first is named.
        TrainingStopped: `should_stop` said so in any process.
    """
    opened, broken = _encoded(videos, encoder, progress, should_stop, processes)
    if len(broken) > max(1, BROKEN_SHARE * len(videos)) or len(broken) == len(videos):
        first = broken[min(broken)]
        raise JobInvalid(f"{len(broken)} of {len(videos)} training videos cannot be read; the first: {first}")
    kept = [number for number in range(len(videos)) if number not in broken]
    return Material(
        tuple(videos[number] for number in kept),
        tuple(opened.get(number) or encoder.open(videos[number].video).features for number in kept),
        tuple(broken[number] for number in sorted(broken)),
    )


def _encoded(
    videos: Sequence[TrainingVideo],
    encoder: VideoEncoder,
    progress: RunProgress,
    should_stop: ShouldStop,
    processes: Processes,
) -> tuple[dict[int, StoredFeatures], dict[int, str]]:
    """Put the features of all videos into the store. By number of the video: those that this process has opened, which
    are not evicted any more, and what is wrong with those that cannot be read."""
    is_stopped, opened, broken = False, {}, []
    share = processes.share(list(enumerate(videos)))
    for done, (number, video) in enumerate(share, start=1):
        is_stopped = should_stop()
        if is_stopped:
            break
        try:
            opened[number] = encoder.open(video.video).features
        except VideoUnreadable as error:
            logger.warning("left out of training: %s", error)
            broken.append((number, str(error)))
        progress.report("features", done, len(share))
    if processes.any(is_stopped):
        raise TrainingStopped("training was stopped; start it again to go on from its checkpoint")
    return opened, dict(processes.gathered(broken))


def fit_projection(projection: nn.Module, features: Sequence[StoredFeatures]) -> None:
    """Fit what turns groups into tokens to the training clips; nothing where it has nothing to learn."""
    if not projection.state_dict():
        return
    enough = int(getattr(projection, "enough_clips", 0)) or FIT_BYTES * len(features[0]) // features[0].nbytes
    every = max(1, sum(map(len, features)) // enough)
    chosen, seen = [], 0
    for each in features:
        # The count runs on from video to video: one that started anew in each would take the first clips of short ones.
        chosen.append(each.chosen(torch.arange(min(-seen % every, len(each)), len(each), every)))
        seen += len(each)
    projection.fit({name: torch.cat([groups[name] for groups in chosen]) for name in chosen[0]})  # type: ignore[operator]


def video_clips(detector: Detector, material: Material, classes: tuple[str, ...]) -> list[VideoClips]:
    """Clips of all videos with their targets, tokens in memory where they fit."""
    lazy = [StoredClipTokens(each, detector.projection) for each in material.features]
    clip_bytes = 4 * lazy[0][torch.arange(1)].numel()
    is_held = clip_bytes * sum(map(len, lazy)) <= HELD_BYTES
    return [
        VideoClips(
            tokens.whole() if is_held else tokens,
            (torch.tensor(features.clip_start_ms) + torch.tensor(features.clip_end_ms)).float() / 2,
            clip_targets(video, features.clip_start_ms, features.clip_end_ms, classes),
        )
        for video, features, tokens in zip(material.videos, material.features, lazy, strict=True)
    ]


class StoredClipTokens(ClipTokens):
    """Tokens of a video that are read from the store and projected when they are asked for."""

    def __init__(self, features: StoredFeatures, projection: nn.Module) -> None:
        self._features, self._projection = features, projection

    def __len__(self) -> int:
        return len(self._features)

    def __getitem__(self, index_N: Tensor, /) -> Tensor:
        """[N, T, D] tokens of the clips with these ascending indices."""
        return self._tokens(self._features.chosen(index_N))

    def whole(self) -> Tensor:
        """[C, T, D] tokens of all clips; features are never in memory beyond a stretch of them."""
        starts = range(0, len(self), STRETCH)
        return torch.cat([self._tokens(self._features.clips(first, first + STRETCH)) for first in starts])

    def _tokens(self, groups_CK: Mapping[str, Tensor]) -> Tensor:
        device = next(self._projection.buffers(), torch.zeros(0)).device
        tokens_CTD: Tensor = self._projection({name: values.to(device) for name, values in groups_CK.items()})
        return tokens_CTD
