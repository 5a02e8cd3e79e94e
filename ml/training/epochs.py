"""The loop that phases 1 and 2 share: epochs with AdamW and a cosine, checkpoints, progress, an orderly stop."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from ml.errors import JobInvalid, TrainingStopped
from ml.profiles.sections import PhaseProfile
from ml.training.batches import ClipBatch, VideoClips, epoch_batches, one_ahead
from ml.training.checkpoint import PhaseState, load_checkpoint, save_checkpoint
from ml.training.processes import ALONE, Processes

EpochCallback = Callable[[int, int, float, float], None]
"""(epochs done, epochs in all, mean loss, learning rate)"""


def train_epochs(
    module: nn.Module,
    trained: Sequence[nn.Parameter],
    batch_loss: Callable[[ClipBatch], Tensor],
    videos: Sequence[VideoClips],
    *,
    recipe: PhaseProfile,
    seed: int,
    checkpoint: Path,
    on_epoch: EpochCallback,
    should_stop: Callable[[], bool],
    processes: Processes = ALONE,
) -> float:
    """Train in place, from the checkpoint where there is one; the mean loss of the last epoch.

    Every step starts from a random state that depends on seed, epoch and step alone: a run that was cut off anywhere
    and resumed ends with the same weights as one that was not. Several processes divide each batch and make the update
    that one would have made (to rounding, and but for dropout, whose masks differ); the checkpoint does not say how
    many there were, so any number of processes can go on from it.

    Args:
        module: what holds the trained parameters, for their names.
        trained: the parameters to train.
        batch_loss: the loss of a batch, or of this process's part of it.
        videos: the training videos.
        recipe: epochs, rates and sizes.
        seed: equal seeds give equal weights.
        checkpoint: the file to go on from and to write.
        on_epoch: told after each epoch.
        should_stop: asked before each step; what one process hears, all heed.
        processes: those that share the batches; the main one writes.

    Raises:
        TrainingStopped: `should_stop` said so; the checkpoint holds all steps done.
        JobInvalid: the loss or a weight is no finite number any more; the last sound checkpoint is kept.
        PlaceUnwritable: the checkpoint cannot be written.
    """
    wanted = set(map(id, trained))
    named = {name: parameter for name, parameter in module.named_parameters() if id(parameter) in wanted}
    optimiser = torch.optim.AdamW(_decayed(trained, recipe.weight_decay), lr=recipe.learning_rate, betas=(0.9, 0.98))
    state = load_checkpoint(checkpoint, named, optimiser) or PhaseState(0, math.nan)
    processes.barrier()  # Nobody writes the next checkpoint before everybody has read this one.
    steps_per_epoch = max(1, -(-len(videos) // recipe.batch_videos))
    loss = state.loss
    for epoch in range(state.epoch, recipe.epochs):
        first, losses = (state.step, list(state.losses)) if epoch == state.epoch else (0, [])
        batches = one_ahead(
            epoch_batches(
                videos,
                seed=seed,
                epoch=epoch,
                batch_videos=recipe.batch_videos,
                max_clips=recipe.max_clips,
                processes=processes,
                skip=first,
            )
        )
        for step in range(first, steps_per_epoch):
            if processes.any(should_stop()):
                _check_weights(named, checkpoint.stem)
                if processes.is_main:
                    save_checkpoint(checkpoint, PhaseState(epoch, loss, step, tuple(losses)), named, optimiser)
                raise TrainingStopped("training was stopped; start it again to go on from its checkpoint")
            torch.manual_seed(_step_seed(seed, epoch, step, processes))
            rate = learning_rate(epoch * steps_per_epoch + step, steps_per_epoch * recipe.epochs, recipe)
            for group in optimiser.param_groups:
                group["lr"] = rate
            batch_value = batch_loss(next(batches).to(trained[0].device))
            optimiser.zero_grad()
            batch_value.backward()  # type: ignore[no-untyped-call]
            processes.sum_gradients(trained)
            losses.append(float(processes.total(batch_value.detach())))
            if not math.isfinite(losses[-1]):
                raise _diverged(checkpoint.stem, f"the loss is {losses[-1]} in step {step + 1} of epoch {epoch + 1}")
            optimiser.step()
        loss = sum(losses) / len(losses)
        is_last = epoch + 1 == recipe.epochs
        if is_last or (epoch + 1) % recipe.checkpoint_every == 0:
            _check_weights(named, checkpoint.stem)
            if processes.is_main:
                save_checkpoint(checkpoint, PhaseState(epoch + 1, loss), named, optimiser)
        on_epoch(epoch + 1, recipe.epochs, loss, rate)
    return loss


def _check_weights(named: Mapping[str, nn.Parameter], phase: str) -> None:
    """Refuse to keep weights that a finite loss with an endless gradient has spoilt; a run would resume from them."""
    for name, parameter in named.items():
        if not parameter.isfinite().all():
            raise _diverged(phase, f"{name} has a value that is no finite number")


def _diverged(phase: str, what: str) -> JobInvalid:
    return JobInvalid(
        f"{phase} came apart: {what}; lower its learning_rate or lengthen its warmup_steps in the profile, "
        "and start the run again"
    )


def _step_seed(seed: int, epoch: int, step: int, processes: Processes) -> int:
    of_epoch = (seed * 1_000_003 + epoch) * processes.count + processes.rank
    return of_epoch + step * 2**40


def learning_rate(step: int, steps: int, recipe: PhaseProfile) -> float:
    """Linear warm-up, then a cosine from the peak to the final rate."""
    if step < recipe.warmup_steps:
        return recipe.learning_rate * (step + 1) / recipe.warmup_steps
    share = (step - recipe.warmup_steps) / max(1, steps - recipe.warmup_steps)
    swing = 0.5 * (1 + math.cos(math.pi * share))
    return recipe.final_learning_rate + (recipe.learning_rate - recipe.final_learning_rate) * swing


def _decayed(trained: Sequence[nn.Parameter], weight_decay: float) -> list[dict[str, object]]:
    matrices = [parameter for parameter in trained if parameter.dim() >= 2]
    others = [parameter for parameter in trained if parameter.dim() < 2]
    return [{"params": matrices, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
