"""Fills a network that was built without memory from a safetensors file, checked name by name and shape by shape."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from ml.errors import WeightsInvalid

T = TypeVar("T")
WEIGHTS_FILE = "model.safetensors"
CONFIG_ERRORS = (StrictDataclassError, ValueError, TypeError, RuntimeError, ArithmeticError)
"""What transformers and torch raise at sizes that are none."""


def built_on_meta(build: Callable[[], T], folder: Path) -> T:
    """What `build` makes of a folder's config.json, on the meta device: shapes and no memory.

    Raises:
        WeightsInvalid: sizes that make no network.
    """
    try:
        with torch.device("meta"):
            return build()
    except CONFIG_ERRORS as error:
        raise WeightsInvalid(
            f"{folder.name}/config.json makes no network ({' '.join(str(error).split())}); convert the weights again"
        ) from None


def fill_frozen(network: nn.Module, folder: Path, *, dtype: torch.dtype, device: torch.device) -> None:
    """Give a network on the meta device its weights; it is then in evaluation mode and takes no gradient.

    Args:
        network: built under `torch.device("meta")`, so that nothing was allocated twice.
        folder: holds `model.safetensors` with exactly the network's names.
        dtype: of all weights afterwards, whatever the file has.
        device: where they go.

    Raises:
        WeightsInvalid: a file that is missing, truncated, or of another network: the first difference is named.
    """
    path = folder / WEIGHTS_FILE
    try:
        tensors = load_file(path, device=str(device))
    except (OSError, SafetensorError) as error:
        raise WeightsInvalid(
            f"{folder.name}/{WEIGHTS_FILE} cannot be read ({' '.join(str(error).split())}); convert the weights again"
        ) from None
    check_shapes({name: tuple(values.shape) for name, values in network.state_dict().items()}, tensors, path)
    network.load_state_dict({name: values.to(dtype) for name, values in tensors.items()}, assign=True)
    network.eval().requires_grad_(False)


def check_shapes(wanted: dict[str, tuple[int, ...]], tensors: dict[str, Tensor], path: Path) -> None:
    """Raises WeightsInvalid where names or shapes differ from what a network wants."""
    where = f"{path.parent.name}/{path.name}"
    if absent := sorted(set(wanted) - set(tensors)):
        raise WeightsInvalid(f"{where} lacks {absent[0]!r} and {len(absent) - 1} more; it is of another network")
    if extra := sorted(set(tensors) - set(wanted)):
        raise WeightsInvalid(f"{where} has an unknown {extra[0]!r} and {len(extra) - 1} more; it is of another network")
    for name, shape in wanted.items():
        if tuple(tensors[name].shape) != shape:
            raise WeightsInvalid(
                f"{where}: {name!r} is {list(tensors[name].shape)} but config.json says {list(shape)}; "
                "file and config.json do not belong together"
            )
