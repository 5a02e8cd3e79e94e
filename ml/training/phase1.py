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
    return loss


def fit_class_head(detector: Detector, videos: Sequence[VideoClips]) -> None:
    """Teach the class head, from zero: clips in people's segments count fully, clips of a video with a weak class by
    their anomaly score. Does nothing where no class is named."""
    tokens, soft_targets, weights = [], [], []
    classes = detector.class_head.out_features
    for video in videos:
        target_CE, weight_C = _class_targets(detector, video, classes)
        is_used = weight_C > 0
        tokens.append(video.tokens_CTD[is_used])
        soft_targets.append(target_CE[is_used])
        weights.append(weight_C[is_used])
    with torch.no_grad():
        detector.class_head.weight.zero_()
        detector.class_head.bias.zero_()
    all_tokens, all_targets, all_weights = torch.cat(tokens), torch.cat(soft_targets), torch.cat(weights)
    if classes < 2 or len(all_tokens) == 0:
        return
    optimiser = torch.optim.AdamW(detector.class_head.parameters(), lr=3e-3, weight_decay=0.1)
    for _ in range(CLASS_STEPS):
        each = functional.cross_entropy(detector.class_logits(all_tokens), all_targets, reduction="none")
        loss = (each * all_weights).sum() / all_weights.sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()


@torch.no_grad()
def _class_targets(detector: Detector, video: VideoClips, classes: int) -> tuple[Tensor, Tensor]:
    """[C, E] class targets and [C] weights of a video's clips."""
    targets = video.targets
    target_CE = torch.zeros(len(video.tokens_CTD), classes)
    weight_C = torch.zeros(len(video.tokens_CTD))
    if targets.bag_classes:
        target_CE[:, list(targets.bag_classes)] = 1 / len(targets.bag_classes)
        score_C = detector.vador(video.tokens_CTD).probability_C
        weight_C = score_C / score_C.sum().clamp_min(1.0)
    by_people = targets.class_C >= 0
    target_CE[by_people] = functional.one_hot(targets.class_C[by_people], classes).float()
    weight_C[by_people] = 1.0
    return target_CE, weight_C
