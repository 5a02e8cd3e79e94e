"""Several processes that train one model: the batch is divided, gradients are added up, and one process writes.

    torchrun --nproc-per-node 2 -m ml.training ...              CPU (gloo) or GPUs of one machine (nccl)
    accelerate launch --multi_gpu --num_processes 2 -m ml.training ...

The losses divide by counts over the whole batch (`ml.training.losses`), so each process holds a part of a sum and the
gradients must be added. DistributedDataParallel would average them, waits for parameters that a step does not touch
(a member whose fold leaves out all videos of a batch), and cannot add up the counts; one explicit all-reduce of all
gradients in a single vector is simpler and gives the update of one process to rounding. Where one
process was started, nothing here does anything. Processes share the work folder and the feature store.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TypeVar

import torch
from accelerate import Accelerator
from accelerate.utils import InitProcessGroupKwargs, broadcast, gather_object
from torch import Tensor, nn

from ml.errors import JobInvalid

T = TypeVar("T")
PATIENCE = timedelta(days=7)
"""How long a process waits for the others: one may have hours of video more to encode. One that dies is noticed by
torchrun, which then ends them all."""


class Processes:
    """This process among those of a run."""

    def __init__(self, accelerator: Accelerator | None = None) -> None:
        self._accelerator = accelerator

    @property
    def count(self) -> int:
        """Processes of the run."""
        return self._accelerator.num_processes if self._accelerator else 1

    @property
    def rank(self) -> int:
        """Which of them this is, from 0."""
        return self._accelerator.process_index if self._accelerator else 0

    @property
    def is_main(self) -> bool:
        """Whether this is the one that writes files and tells progress."""
        return self.rank == 0

    @property
    def device(self) -> torch.device:
        """Where this process computes: a GPU of its own, or the CPU."""
        if self._accelerator and self._accelerator.device.type != "cpu":
            return torch.device(self._accelerator.device)
        # Without the index that accelerate gives a processor: safetensors does not know "cpu:0".
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")

    def share(self, items: Sequence[T]) -> Sequence[T]:
        """This process's part of what is to be divided."""
        return items[self.rank :: self.count]

    def total(self, values: Tensor) -> Tensor:
        """The sum over all processes, on the values' device; carries no gradient back to them."""
        if self._accelerator is None:
            return values
        summed: Tensor = self._accelerator.reduce(values.detach().clone().to(self.device), "sum")
        return summed.to(values.device)

    def sum_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Give every process the sum of all processes' gradients; a parameter without one counts as 0."""
        if self._accelerator is None:
            return
        trained = [parameter for parameter in parameters if parameter.requires_grad]
        flat = torch.cat([_gradient(parameter).flatten() for parameter in trained])
        parts = torch.split(self.total(flat), [parameter.numel() for parameter in trained])
        for parameter, part in zip(trained, parts, strict=True):
            parameter.grad = part.view_as(parameter).to(parameter.dtype)

    def any(self, flag: bool) -> bool:
        """Whether any process says so: all get the same answer."""
        return flag if self._accelerator is None else bool(self.total(torch.tensor(float(flag))) > 0)

    def gathered(self, items: list[T]) -> list[T]:
        """The lists of all processes, one after the other."""
        return items if self._accelerator is None else list(gather_object(items))

    def same_everywhere(self, module: nn.Module) -> None:
        """Give every process the weights and buffers of the main one."""
        if self._accelerator is None:
            return
        with torch.no_grad():
            for value in module.state_dict().values():
                value.copy_(broadcast(value.clone().to(self.device)))

    def barrier(self) -> None:
        """Wait until every process is here."""
        if self._accelerator is not None:
            self._accelerator.wait_for_everyone()


ALONE = Processes()
"""A run of one process."""


def processes_of_launch() -> Processes:
    """The processes that torchrun or `accelerate launch` started; `ALONE` where this one was started by itself.

    Raises:
        JobInvalid: `accelerate launch --cpu` was asked for several processes, of which it starts one (it needs MPI).
    """
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        if "MASTER_ADDR" in os.environ and "ACCELERATE_USE_CPU" in os.environ:
            raise JobInvalid(
                "accelerate launch started one process of several; start them by torchrun --nproc-per-node N -m ..."
            )
        return ALONE
    patient = InitProcessGroupKwargs(timeout=PATIENCE)
    return Processes(Accelerator(cpu=not torch.cuda.is_available(), kwargs_handlers=[patient]))


def _gradient(parameter: nn.Parameter) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
