"""One step of phase 3: its learning rate, its gradients over all processes, and the optimiser that takes it."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import torch
from transformers.modeling_layers import GradientCheckpointingLayer

from ml.model.language import VideoLanguageModel
from ml.profiles.language import LanguageProfile
from ml.training.phase3_lessons import Lessons
from ml.training.preference_loss import odds_ratio_losses
from ml.training.processes import ALONE, Processes

_FINAL_LR_SHARE = 0.1
_PAIRS_SHARE = 4
"""A step compares a quarter as many preference pairs as it has conversations."""


def learning_rate(step: int, profile: LanguageProfile) -> float:
    """Linear warm-up, then a cosine down to a tenth of the peak."""
    if step < profile.warmup_steps:
        return profile.learning_rate * (step + 1) / profile.warmup_steps
    share = (step - profile.warmup_steps) / max(1, profile.steps - profile.warmup_steps)
    cosine = (1 + math.cos(math.pi * min(share, 1.0))) / 2
    return profile.learning_rate * (_FINAL_LR_SHARE + (1 - _FINAL_LR_SHARE) * cosine)


def new_optimizer(model: VideoLanguageModel, profile: LanguageProfile) -> torch.optim.AdamW:
    """AdamW; matrices decay, norms, biases and word embeddings do not."""
    embedding = model.llm.get_input_embeddings().weight
    decayed = [p for p in trained_weights(model) if p.ndim >= 2 and p is not embedding]
    kept = [p for p in trained_weights(model) if p.ndim < 2 or p is embedding]
    groups = [{"params": decayed, "weight_decay": profile.weight_decay}, {"params": kept, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=profile.learning_rate, betas=(0.9, profile.beta2))


def set_learning(model: VideoLanguageModel) -> None:
    """Dropout on where something of the LLM learns; a wholly frozen one computes what it computes in serving."""
    model.train()
    if any(parameter.requires_grad for parameter in model.llm.parameters()):
        return
    model.llm.eval()
    for layer in model.llm.modules():
        if not isinstance(layer, GradientCheckpointingLayer) or not layer.gradient_checkpointing:
            continue
        # A layer recomputes its activations only while it trains. What lies in it does not train, and the layer's own
        # dropouts (OPT's, say, which are rates and no modules) are taken out.
        layer.training = True
        for name, rate in vars(layer).items():
            if "dropout" in name and isinstance(rate, float):
                setattr(layer, name, 0.0)


def trained_weights(model: VideoLanguageModel) -> list[torch.nn.Parameter]:
    """All that requires a gradient, always in the same order."""
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def step_gradients(
    model: VideoLanguageModel, lessons: Lessons, *, seed: int, step: int, processes: Processes = ALONE
) -> float:
    """The gradients of one step, summed over all processes; returns the step's loss, the same in each.

    Every process draws the same batch and takes its share of it; the losses are divided by counts over the whole
    batch, so that any number of processes gives one update.
    """
    profile = lessons.profile
    # One seed a step: a resumed run draws what the unbroken one would have drawn. Dropout draws from torch's own state.
    generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
    rng = random.Random(f"{seed}|{step}")
    told = 0.0
    with torch.random.fork_rng(devices=[model.device] if model.device.type == "cuda" else []):
        torch.manual_seed((seed * 1_000_003 + step) * 1_009 + processes.rank)
        share, is_mine = _share(profile.batch_size, processes)
        batch = lessons.drawn(rng, generator, share).to(model.device)
        part = model(batch.ids_BT, batch.labels_BT, batch.shown, batch.hidden_B2, profile.time_weight)
        loss = part.total * is_mine / processes.total(part.weight * is_mine)
        loss.backward()
        told += float(processes.total(loss.detach()))
        if lessons.pairs and profile.preference_weight:
            count = max(1, profile.batch_size // _PAIRS_SHARE)
            share, is_mine = _share(count, processes)
            batch = lessons.compared(rng, share, count).to(model.device)
            likelihood_B = model.answer_log_likelihood(batch.ids_BT, batch.labels_BT, batch.shown)
            chosen_B, rejected_B = likelihood_B.chunk(2)
            preferred = odds_ratio_losses(chosen_B, rejected_B).sum() * is_mine / count * profile.preference_weight
            preferred.backward()  # type: ignore[no-untyped-call]
            told += float(processes.total(preferred.detach()))
    processes.sum_gradients(trained_weights(model))
    return told


def _share(count: int, processes: Processes) -> tuple[Sequence[int], float]:
    """This process's places in a batch, and 1; a process for which none is left computes the first one for nothing."""
    share = processes.share(range(count))
    return (share, 1.0) if len(share) else (range(1), 0.0)
