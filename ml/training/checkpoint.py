"""Checkpoints of a phase: what it trains and the optimiser's state in one safetensors file, replaced by a rename.

Frozen weights are not in it; whoever goes on has them already.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ml.model.writing import writing

BROKEN = ".broken"


@dataclass(frozen=True)
class PhaseState:
    """Where a phase stands."""

    epoch: int
    """Epochs that are done."""
    loss: float
    """Mean loss of the last whole epoch; NaN before the first."""
    step: int = 0
    """Steps of the next epoch that are done."""
    losses: tuple[float, ...] = ()
    """Loss of each of these steps."""


def save_checkpoint(
    path: Path, state: PhaseState, trained: Mapping[str, nn.Parameter], optimiser: torch.optim.Optimizer
) -> None:
    """Write everything that is needed to go on from `state`; a kill leaves the old checkpoint or the new one.

    Raises:
        PlaceUnwritable: no space left, or no right to write; the old checkpoint stays.
    """
    tensors: dict[str, Tensor] = {f"trained.{name}": value for name, value in trained.items()}
    for index, slots in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{index}.{name}": torch.as_tensor(value) for name, value in slots.items()}
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    # Copies: safetensors refuses tensors that share memory.
    copies = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    with writing(path.parent), ExitStack() as at_end:
        path.parent.mkdir(parents=True, exist_ok=True)
        at_end.callback(temporary.unlink, missing_ok=True)
        save_file(copies, temporary, metadata={"state": json.dumps(asdict(state))})
        temporary.replace(path)


def load_checkpoint(
    path: Path, trained: Mapping[str, nn.Parameter], optimiser: torch.optim.Optimizer
) -> PhaseState | None:
    """Put parameters and optimiser back to where the checkpoint left them; None where there is no sound checkpoint.

    One that cannot be read, or is of another network, is set aside under the ending `.broken`.
    """
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as saved:
            tensors = {name: saved.get_tensor(name) for name in saved.keys()}  # noqa: SIM118  # not a mapping
            values = json.loads(saved.metadata()["state"])
        state = PhaseState(**values | {"losses": tuple(values["losses"])})
        found = _below("trained.", tensors)
        if {name: value.shape for name, value in found.items()} != {name: p.shape for name, p in trained.items()}:
            raise KeyError("weights of another network")
    except (SafetensorError, OSError, KeyError, TypeError, ValueError):
        _set_aside(path)
        return None
    with torch.no_grad():
        for name, parameter in trained.items():
            parameter.copy_(found[name])
    slots: dict[int, dict[str, Tensor]] = {}
    for name, value in _below("optimiser.", tensors).items():
        index, slot = name.split(".", 1)
        slots.setdefault(int(index), {})[slot] = value
    whole: dict[str, Any] = optimiser.state_dict()
    whole["state"] = slots
    optimiser.load_state_dict(whole)
    return state


def _set_aside(path: Path) -> None:
    with suppress(FileNotFoundError):  # Another process of the run may have done it already.
        path.rename(path.with_suffix(BROKEN))


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
