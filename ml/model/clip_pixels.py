"""Frames of clips as the pixel values that a vision language model was trained on, without its own processor.

The processors of transformers for videos need torchvision, which is not here, and resize as well as normalise. The
reader has resized already (`encoder.input_px`), so what is left is small: scale, normalise, and for some models cut
into patches in their order. The numbers come from the processor's configuration beside the weights.

Dimensions: B clips, T frames of a clip, C colours, H x W pixels, N patches of a clip, V values of a patch.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ml.errors import WeightsInvalid
from ml.model.weights_folder import read_description

PLACES = (
    ("video_preprocessor_config.json", ""),
    ("processor_config.json", "video_processor"),
    ("preprocessor_config.json", ""),
    ("processor_config.json", "image_processor"),
)
"""Files and keys that may describe the preprocessing of pixels; what is said of videos comes first."""


@dataclass(frozen=True)
class Preprocessing:
    """What a processor's configuration says of pixels."""

    mean: tuple[float, ...]
    """Of each colour, after scaling."""
    std: tuple[float, ...]
    scale: float
    """That bytes are multiplied with."""
    merge_size: int | None
    """Patches a side that become one token; None where the configuration of the network tells."""
    temporal_patch_size: int | None
    """Frames of a patch; None where the configuration of the network tells."""


def read_preprocessing(folder: Path) -> Preprocessing:
    """The preprocessing that a folder's processor configuration describes.

    Raises:
        WeightsInvalid: no such file, or one without mean and standard deviation.
    """
    for name, key in PLACES:
        if not (folder / name).exists():
            continue
        described: Any = read_description(folder / name)
        described = described.get(key) if key else described
        if isinstance(described, dict) and ("image_mean" in described or described.get("do_normalize") is False):
            return _preprocessing(described, folder / name)
    raise WeightsInvalid(
        f"{folder} has no preprocessor_config.json that tells image_mean and image_std; fetch it with the weights"
    )


def normalised(frames_THWC: NDArray[np.uint8], preprocessing: Preprocessing, device: torch.device) -> Tensor:
    """[T, C, H, W] float32 on `device`."""
    mean, std = (
        torch.tensor(values, device=device)[:, None, None] for values in (preprocessing.mean, preprocessing.std)
    )
    pixels_TCHW = torch.from_numpy(frames_THWC).to(device).permute(0, 3, 1, 2).float()
    return (pixels_TCHW * preprocessing.scale - mean) / std


def patches(pixels_BTCHW: Tensor, *, patch: int, merge: int, temporal: int) -> tuple[Tensor, Tensor]:
    """[B * N, V] patches of clips, and [B, 3] the grid of each clip: in time, down, to the right.

    The patches that become one token (`merge` x `merge`) follow each other; a clip whose frames are no multiple of
    `temporal` repeats its last frame. This is the layout of Qwen2-VL and all that followed it.

    Raises:
        ValueError: a picture that is no whole number of tokens.
    """
    clips, frames, colours, height, width = pixels_BTCHW.shape
    if height % (patch * merge) or width % (patch * merge):
        raise ValueError(f"{height} x {width} pixels are no multiple of {patch * merge} ({patch} x {merge})")
    if lacking := -frames % temporal:
        last = pixels_BTCHW[:, -1:].expand(-1, lacking, -1, -1, -1)
        pixels_BTCHW = torch.cat([pixels_BTCHW, last], 1)
    grid = ((frames + lacking) // temporal, height // patch, width // patch)
    down, across = (grid[1] // merge, merge, patch), (grid[2] // merge, merge, patch)
    cut = pixels_BTCHW.reshape(clips, grid[0], temporal, colours, *down, *across)
    # Dimensions: clip, time, frame, colour, then rows (block, patch, pixel) and columns (block, patch, pixel).
    ordered = cut.permute(0, 1, 4, 7, 5, 8, 3, 2, 6, 9)
    values = colours * temporal * patch * patch
    return ordered.reshape(-1, values), torch.tensor([grid] * clips, device=pixels_BTCHW.device)


def _preprocessing(described: dict[str, Any], path: Path) -> Preprocessing:
    is_normalised = described.get("do_normalize", True)
    mean = _three(described, "image_mean", path) if is_normalised else (0.0, 0.0, 0.0)
    std = _three(described, "image_std", path) if is_normalised else (1.0, 1.0, 1.0)
    if min(std) <= 0:
        raise WeightsInvalid(f"{path}: image_std must be above 0, not {std}; fetch the file again")
    scale = described.get("rescale_factor", 1 / 255) if described.get("do_rescale", True) else 1.0
    return Preprocessing(mean, std, float(scale), described.get("merge_size"), described.get("temporal_patch_size"))


def _three(described: dict[str, Any], name: str, path: Path) -> tuple[float, ...]:
    values = described.get(name)
    if not isinstance(values, list) or len(values) != 3 or not all(isinstance(each, int | float) for each in values):
        raise WeightsInvalid(f"{path}: {name} must be three numbers, not {values!r}; fetch the file again")
    return tuple(float(each) for each in values)
