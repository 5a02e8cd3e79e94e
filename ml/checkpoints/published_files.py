"""The tensors of a published checkpoint, whatever it is wrapped in, read without running any code of the file."""

from __future__ import annotations

import hashlib
import pickle
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from ml.errors import WeightsInvalid

WRAPPERS = ("model", "state_dict", "module")
"""Keys under which training code puts the tensors, beside its optimiser and settings."""
DAMAGED = (
    OSError, RuntimeError, EOFError, ValueError, LookupError, TypeError, AttributeError, AssertionError,
    ArithmeticError, MemoryError, struct.error, zipfile.BadZipFile,
)  # fmt: skip
"""What torch raises where bytes of a pickle are not what they were: it builds whatever they now say."""
PARALLEL_PREFIX = "module."


@dataclass(frozen=True)
class PublishedFile:
    """What a checkpoint holds."""

    path: Path
    tensors: Mapping[str, Tensor]
    """By published name, without the prefix of parallel training."""
    others: tuple[str, ...]
    """Names of entries that are no tensors."""

    @property
    def name(self) -> str:
        """How reports call it."""
        return self.path.name

    def sha256(self) -> str:
        """Of the file as it lies on the disk."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


def read_published(path: Path) -> PublishedFile:
    """A .safetensors file, or a .pth file of torch that holds tensors and plain values only.

    Raises:
        WeightsInvalid: a file that is missing, truncated, holds code, or no tensors.
    """
    if not path.is_file():
        raise WeightsInvalid(f"{path}: there is no such file; check the path")
    values = _safetensors(path) if path.suffix == ".safetensors" else _pickled(path)
    while wrapper := next((key for key in WRAPPERS if isinstance(values.get(key), Mapping)), None):
        values = values[wrapper]
    tensors = {str(key): value for key, value in values.items() if isinstance(value, Tensor)}
    if not tensors:
        raise WeightsInvalid(f"{path.name} holds no tensors; is it the checkpoint that was meant?")
    if all(key.startswith(PARALLEL_PREFIX) for key in tensors):
        tensors = {key.removeprefix(PARALLEL_PREFIX): value for key, value in tensors.items()}
    return PublishedFile(path, tensors, tuple(sorted(str(key) for key in values if key not in tensors)))


def _safetensors(path: Path) -> Mapping[str, Any]:
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise WeightsInvalid(f"{path.name} cannot be read ({_one_line(error)}); fetch it again") from None


def _pickled(path: Path) -> Mapping[str, Any]:
    try:
        # Mapped where the format allows it: of a 16 GB checkpoint only the tensors that are wanted are read.
        values = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except pickle.UnpicklingError:
        raise WeightsInvalid(
            f"{path.name} holds more than tensors and plain values (or is damaged), and code of a checkpoint is never "
            "run; fetch it again, or save its tensors as safetensors where it comes from"
        ) from None
    except DAMAGED as error:
        raise WeightsInvalid(f"{path.name} cannot be read ({_one_line(error)}); fetch it again") from None
    if not isinstance(values, Mapping):
        raise WeightsInvalid(f"{path.name} holds a {type(values).__name__}, not named tensors; it is no checkpoint")
    return values


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:160]
