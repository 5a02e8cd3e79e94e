"""Phase 2: predictors and LTC nets on all three branches; the Q-Formers stay as phase 1 left them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from ml.model.detector import Detector
from ml.model.ltc import LtcContext, full_length_context
from ml.profiles.sections import Profile
from ml.training.batches import ClipBatch, VideoClips
from ml.training.detector_loss import branch_loss
from ml.training.epochs import EpochCallback, train_epochs


def run_phase2(
    detector: Detector,
    videos: Sequence[VideoClips],
    *,
    profile: Profile,
    seed: int,
    checkpoint: Path,
    on_epoch: EpochCallback,
    should_stop: Callable[[], bool],
) -> float:
    """Train predictors and LTC nets in place; the last loss. Three loss bundles are summed (section 2)."""

    def batch_loss(batch: ClipBatch) -> Tensor:
        context = batch_context(detector, batch, profile)
        branches = detector.branches(batch.tokens_BCTD[batch.is_clip_BC], context)
        losses = [
            branch_loss(branch.logits_CML, batch, profile.losses)
            for branch in (branches.raw, branches.long, branches.short)
        ]
        return torch.stack(losses).sum()

    detector.vador.formers.requires_grad_(False)
    trained = [
        *detector.vador.predictors.parameters(),
        *detector.ltc_long.parameters(),
        *detector.ltc_short.parameters(),
    ]
    detector.train()
    try:
        return train_epochs(
            detector,
            trained,
            batch_loss,
            videos,
            recipe=profile.phase2,
            seed=seed + 1,
            checkpoint=checkpoint,
            on_epoch=on_epoch,
            should_stop=should_stop,
        )
    finally:
        detector.vador.formers.requires_grad_(True)
        detector.eval()


@torch.no_grad()
def batch_context(detector: Detector, batch: ClipBatch, profile: Profile) -> LtcContext:
    """[N, T * D] context of the batch's real clips, listed by the raw scores of the current weights."""
    is_training = detector.training
    detector.eval()
    scores_BC = torch.zeros_like(batch.weight_BC)
    scores_BC[batch.is_clip_BC] = detector.vador(batch.tokens_BCTD[batch.is_clip_BC]).probability_C
    detector.train(is_training)
    context = full_length_context(
        batch.tokens_BCTD.flatten(2),
        scores_BC,
        list_length=profile.ltc.list_length,
        gate=profile.ltc.gate,
        history=profile.ltc.history,
    )
    return LtcContext(context.long[batch.is_clip_BC], context.short[batch.is_clip_BC])
