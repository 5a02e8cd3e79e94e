"""Checkpoints of a phase: weights and optimiser state in one safetensors file that is replaced by a rename."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn


@dataclass(frozen=True)
class PhaseState:
    """Where a phase stands."""

    epoch: int
    """Epochs that are done."""
    loss: float
    """Mean loss of the last epoch; NaN before the first."""


def save_checkpoint(path: Path, state: PhaseState, module: nn.Module, optimiser: torch.optim.Optimizer) -> None:
    """Write everything that is needed to go on after `state.epoch`; a kill leaves the old checkpoint or the new one."""
    tensors = {f"module.{name}": value.contiguous() for name, value in module.state_dict().items()}
    for index, slots in optimiser.state_dict()["state"].items():
        for name, value in slots.items():
            tensors[f"optimiser.{index}.{name}"] = torch.as_tensor(value).contiguous()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    # Detached copies: safetensors refuses tensors that share memory.
    save_file(
        {name: value.detach().clone() for name, value in tensors.items()},
        temporary,
        metadata={"state": json.dumps({"epoch": state.epoch, "loss": state.loss})},
    )
    temporary.replace(path)


def load_checkpoint(path: Path, module: nn.Module, optimiser: torch.optim.Optimizer) -> PhaseState | None:
    """Put module and optimiser back to where the checkpoint left them; None where there is no sound checkpoint."""
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as saved:
            tensors = {name: saved.get_tensor(name) for name in saved.keys()}  # noqa: SIM118  # not a mapping
            state = PhaseState(**json.loads(saved.metadata()["state"]))
        module.load_state_dict(_below("module.", tensors))
    except (SafetensorError, OSError, RuntimeError, KeyError, TypeError):
        path.unlink(missing_ok=True)
        return None
    slots: dict[int, dict[str, Tensor]] = {}
    for name, value in _below("optimiser.", tensors).items():
        index, slot = name.split(".", 1)
        slots.setdefault(int(index), {})[slot] = value
    whole: dict[str, Any] = optimiser.state_dict()
    whole["state"] = slots
    optimiser.load_state_dict(whole)
    return state


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
