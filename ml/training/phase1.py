"""Phase 1: the VADor from video labels and every stronger label there is; then the class head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from ml.model.detector import Detector
from ml.profiles.sections import Profile
from ml.training.batches import ClipBatch, VideoClips
from ml.training.detector_loss import branch_loss
from ml.training.epochs import EpochCallback, train_epochs
from ml.training.processes import ALONE, Processes

CLASS_STEPS = 150
"""Steps of the class head, a linear layer on all clips at once."""
STRETCH_CLIPS = 256
"""Clips whose tokens are in memory at once."""


def run_phase1(
    detector: Detector,
    videos: Sequence[VideoClips],
    *,
    profile: Profile,
    seed: int,
    checkpoint: Path,
    on_epoch: EpochCallback,
    should_stop: Callable[[], bool],
    processes: Processes = ALONE,
) -> float:
    """Train Q-Formers (where they are not frozen), predictors and class head in place; the last loss."""

    def batch_loss(batch: ClipBatch) -> Tensor:
        output = detector.vador(batch.tokens_BCTD[batch.is_clip_BC])
        return branch_loss(output.logits_CML, batch, profile.losses, processes.total)

    detector.train()
    loss = train_epochs(
        detector,
        [parameter for parameter in detector.vador.parameters() if parameter.requires_grad],
        batch_loss,
        videos,
        recipe=profile.phase1,
        seed=seed,
        checkpoint=checkpoint,
        on_epoch=on_epoch,
        should_stop=should_stop,
        processes=processes,
    )
    detector.eval()
    fit_class_head(detector, videos)
    processes.same_everywhere(detector.class_head)
    return loss


def fit_class_head(detector: Detector, videos: Sequence[VideoClips]) -> None:
    """Teach the class head, from zero: clips in people's segments count fully, clips of a video with a weak class by
    their anomaly score. Does nothing where no class is named."""
    classes = detector.class_head.out_features
    with torch.no_grad():
        detector.class_head.weight.zero_()
        detector.class_head.bias.zero_()
    parts = [_class_lessons(detector, video, classes) for video in videos]
    features_NW, target_NE, weight_N = (torch.cat(values).to(detector.device) for values in zip(*parts, strict=True))
    if classes < 2 or len(features_NW) == 0:
        return
    optimiser = torch.optim.AdamW(detector.class_head.parameters(), lr=3e-3, weight_decay=0.1)
    for _ in range(CLASS_STEPS):
        each = functional.cross_entropy(detector.class_head(features_NW), target_NE, reduction="none")
        loss = (each * weight_N).sum() / weight_N.sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()


@torch.no_grad()
def _class_lessons(detector: Detector, video: VideoClips, classes: int) -> tuple[Tensor, Tensor, Tensor]:
    """[N, W] class features, [N, E] targets and [N] weights of a video's clips that a class is known of."""
    targets = video.targets
    by_people = targets.class_C >= 0
    is_used = torch.ones_like(by_people) if targets.bag_classes else by_people
    target_CE = torch.zeros(len(by_people), classes)
    if targets.bag_classes:
        target_CE[:, list(targets.bag_classes)] = 1 / len(targets.bag_classes)
    target_CE[by_people] = functional.one_hot(targets.class_C[by_people], classes).float()
    features, scores = [torch.zeros(0, detector.class_head.in_features)], [torch.zeros(0)]
    for index_N in torch.split(is_used.nonzero().flatten(), STRETCH_CLIPS):
        tokens_NTD = video.tokens_CTD[index_N].to(detector.device)
        features.append(detector.class_features(tokens_NTD).cpu())
        scores.append(
            detector.vador(tokens_NTD).probability_C.cpu() if targets.bag_classes else torch.ones(len(index_N))
        )
    score_N = torch.cat(scores)
    weight_N = score_N / score_N.sum().clamp_min(1.0)
    weight_N[by_people[is_used]] = 1.0
    return torch.cat(features), target_CE[is_used], weight_N
