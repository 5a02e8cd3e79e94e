"""Phase 2: predictors and LTC nets on all branches; the Q-Formers stay as phase 1, or Video-LLaMA, left them.

Gradients flow through the Q-Formers into what the LTC adds to the tokens (section 1.3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from ml.model.detector import Detector
from ml.profiles.sections import Profile
from ml.training.batches import ClipBatch, VideoClips
from ml.training.detector_loss import branch_loss
from ml.training.epochs import EpochCallback, train_epochs
from ml.training.processes import ALONE, Processes


def run_phase2(
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
    """Train predictors and LTC nets in place; the last loss.

    The branches' loss bundles are summed (section 2): raw, long and short in mode reference, raw and fused in mode
    paper.
    """

    def batch_loss(batch: ClipBatch) -> Tensor:
        branches = detector.full_length(batch.tokens_BCTD, batch.is_clip_BC)
        losses = [branch_loss(each.logits_CML, batch, profile.losses, processes.total) for each in branches.taught]
        return torch.stack(losses).sum()

    resting = [parameter for parameter in detector.vador.formers.parameters() if parameter.requires_grad]
    for parameter in resting:
        parameter.requires_grad_(False)
    trained = [*detector.vador.predictors.parameters(), *detector.ltc.parameters()]
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
            processes=processes,
        )
    finally:
        for parameter in resting:
            parameter.requires_grad_(True)
        detector.eval()
