"""Checkpoints of phase 3: one safetensors file of trained weights and optimiser state, its metadata the place."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

_FILE = "phase3.safetensors"


@dataclass(frozen=True)
class Place:
    """Where a run stands."""

    step: int
    """Steps done."""
    losses: tuple[float, ...]
    """Losses of the last steps."""
    run_digest: str
    """Identity of what is trained on; a checkpoint of another run is no use."""


def save_checkpoint(work_dir: Path, model: nn.Module, optimizer: torch.optim.Optimizer, place: Place) -> None:
    """Writes the checkpoint at once: a run killed while writing keeps the one before."""
    work_dir.mkdir(parents=True, exist_ok=True)
    tensors = {f"model.{name}": value.detach().cpu() for name, value in _own_weights(model).items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": value.detach().cpu() for name, value in state.items()}
    metadata = {"step": str(place.step), "losses": json.dumps(place.losses), "run_digest": place.run_digest}
    draft = work_dir / f".{_FILE}.{os.getpid()}"
    save_file({name: value.contiguous() for name, value in tensors.items()}, draft, metadata=metadata)
    draft.replace(work_dir / _FILE)


def load_checkpoint(
    work_dir: Path, model: nn.Module, optimizer: torch.optim.Optimizer, run_digest: str
) -> Place | None:
    """Puts model and optimiser where the checkpoint of this very run left them; None when there is none to use."""
    path = work_dir / _FILE
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("run_digest") != run_digest:
                return None
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    except (FileNotFoundError, SafetensorError):
        return None
    _restore_model(model, {n.removeprefix("model."): t for n, t in tensors.items() if n.startswith("model.")})
    _restore_optimizer(optimizer, {n: t for n, t in tensors.items() if n.startswith("optimizer.")})
    return Place(int(metadata["step"]), tuple(json.loads(metadata["losses"])), run_digest)


def _own_weights(model: nn.Module) -> dict[str, Tensor]:
    """What is trained, each tensor by one name: frozen weights are read again, and buffers are computed again."""
    return {name: value for name, value in model.named_parameters() if value.requires_grad}


def _restore_model(model: nn.Module, weights: dict[str, Tensor]) -> None:
    with torch.no_grad():
        for name, value in _own_weights(model).items():
            value.copy_(weights[name])


def _restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        _, index, key = name.split(".", 2)
        state.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
