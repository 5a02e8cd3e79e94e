"""Any video language model of transformers as a backbone: a few visual tokens of each clip, kept once and for all.

Dimensions: B clips, T frames of a clip, C colours, H x W pixels, N visual tokens of a moment as the model gives them,
t moments and h x w cells of them, K tokens that are kept, D width of a token.
Only the vision half and its projector are loaded (`ml.model.clip_vision`). Phase 3 loads the language half by itself
(`ml.model.pretrained.load_llm`), so that training and scoring the detector never hold it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ml.errors import ProfileInvalid
from ml.model.backbone import TOKENS_GROUP
from ml.model.clip_pixels import normalised, read_preprocessing
from ml.model.clip_vision import ClipVision, PixelLayout, load_vision, pixel_layout, side_px
from ml.model.pretrained import pretrained_config, torch_dtype
from ml.model.token_projection import MOMENTS
from ml.model.weights_folder import resolve_weights, weights_identity
from ml.profiles.sections import EncoderProfile, Profile
from ml.video.reading import FrameChunk

FEATURE_VERSION = 2
"""Raised when features are computed in another way, so that the store's old entries are not found."""


class VideoVlmBackbone:
    """The vision half of a folder's model, pooled to a few tokens; it is loaded at the first frame.

    Args:
        encoder: section of the profile.
        folder: where the weights are.
        frames_per_clip: T.
        device: where the model runs.

    Raises:
        WeightsInvalid: a folder that is broken, or whose model sees nothing.
        ProfileInvalid: width, tokens or pixels of the profile that do not go with the model.
    """

    def __init__(self, encoder: EncoderProfile, folder: Path, *, frames_per_clip: int, device: torch.device) -> None:
        self._encoder, self._folder, self._frames, self._device = encoder, folder, frames_per_clip, device
        self._config = pretrained_config(folder)
        self._layout = pixel_layout(self._config, folder)
        self._preprocessing = read_preprocessing(folder)
        _check_profile(encoder, self._config, self._layout)
        self.group_shapes: Mapping[str, tuple[int, ...]] = {TOKENS_GROUP: (encoder.tokens, encoder.width)}
        self.identity = _identity(encoder, folder, frames_per_clip)
        self._vision: ClipVision | None = None

    def clip_groups(self, chunks: Iterable[FrameChunk]) -> Iterator[dict[str, Tensor]]:
        """The one group "tokens" [c, K, D] in half precision on the CPU, for each chunk in order."""
        vision = self._loaded()
        for chunk in chunks:
            pixels_TCHW = normalised(chunk.frames_THWC, self._preprocessing, self._device)
            tokens_BtND = vision(pixels_TCHW.reshape(-1, self._frames, *pixels_TCHW.shape[1:]))
            yield {TOKENS_GROUP: pooled(tokens_BtND, self._encoder.tokens).half().cpu()}

    def _loaded(self) -> ClipVision:
        if self._vision is None:
            model = load_vision(
                self._folder,
                self._config,
                dtype=torch_dtype(self._encoder.dtype, self._device),
                device=self._device,
                quantization=self._encoder.quantization,
            )
            vision = ClipVision(model, self._layout, self._frames)
            self._check(vision)
            self._vision = vision
        return self._vision

    def _check(self, vision: ClipVision) -> None:
        """One grey clip is looked at, so that what does not fit is said before hours of video are decoded."""
        side = self._encoder.input_px
        grey_THWC = np.full((self._frames, side, side, 3), 128, dtype=np.uint8)
        name = type(vision.model).__name__
        try:
            tokens_BtND = vision(normalised(grey_THWC, self._preprocessing, self._device)[None])
        except torch.OutOfMemoryError:
            raise
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            said = " ".join(str(error).split())[:200]
            raise ProfileInvalid(f"{name} of {self._folder} cannot look at {side} x {side} pixels ({said})") from None
        if tokens_BtND.shape[-1] != self._encoder.width:
            raise _width_error(self._encoder.width, tokens_BtND.shape[-1], name)
        try:
            pooled(tokens_BtND, self._encoder.tokens)
        except ValueError as error:
            raise ProfileInvalid(f"encoder.tokens does not suit {name} at {side} px: {error}") from None


def build_video_vlm(profile: Profile, weights_dir: str, device: torch.device) -> VideoVlmBackbone:
    """The backbone of a profile with `encoder.name` video_vlm."""
    folder = resolve_weights(profile.encoder.weights, profile.encoder.revision, weights_dir)
    return VideoVlmBackbone(profile.encoder, folder, frames_per_clip=profile.sampling.frames_per_clip, device=device)


def pooled(tokens_BtND: Tensor, wanted: int) -> Tensor:
    """[B, K, D]: averages over neighbouring moments and cells, in order of time, then rows, then columns.

    A clip keeps `MOMENTS` moments, whatever the model gives, and each moment a grid as square as K allows.

    Raises:
        ValueError: K does not fit into the tokens that there are.
    """
    clips, moments, cells, width = tokens_BtND.shape
    side = math.isqrt(cells)
    rows, columns = (side, side) if side * side == cells else (1, cells)
    places = wanted // MOMENTS
    fitting = [
        (down, places // down)
        for down in range(1, places + 1)
        if places % down == 0 and down <= rows and places // down <= columns
    ]
    if wanted % MOMENTS or not fitting:
        raise ValueError(f"{wanted} tokens cannot be {MOMENTS} moments of {rows} x {columns} places at the most")
    down, across = min(fitting, key=lambda grid: abs(grid[0] - grid[1]))
    grid_BDthw = tokens_BtND.permute(0, 3, 1, 2).reshape(clips, width, moments, rows, columns)
    averaged_BDthw = functional.adaptive_avg_pool3d(grid_BDthw.float(), (MOMENTS, down, across))
    return averaged_BDthw.flatten(2).transpose(1, 2)


def _check_profile(encoder: EncoderProfile, config: Any, layout: PixelLayout) -> None:
    """Raises ProfileInvalid where the configuration already shows that profile and model do not go together."""
    width = getattr(config.get_text_config(decoder=True), "hidden_size", None)
    if width is not None and width != encoder.width:
        raise _width_error(encoder.width, width, config.model_type)
    cell = layout.patch * layout.merge
    size = getattr(getattr(config, "vision_config", None), "image_size", None)
    if layout.kind == "patches" and encoder.input_px % cell:
        raise ProfileInvalid(
            f"encoder.input_px {encoder.input_px} must be a multiple of {cell}, a token's side of {config.model_type}"
        )
    if layout.kind == "patches" or size is None or encoder.input_px == side_px(size):
        return
    may_be_smaller = layout.method == "get_image_features" and layout.kind == "frames"
    if not may_be_smaller or encoder.input_px > side_px(size) or encoder.input_px % cell:
        cure = f", or a smaller multiple of {cell}" if may_be_smaller else ""
        raise ProfileInvalid(
            f"encoder.input_px {encoder.input_px} does not suit {config.model_type}: it must be {side_px(size)}{cure}"
        )


def _identity(encoder: EncoderProfile, folder: Path, frames: int) -> str:
    told = {
        "version": FEATURE_VERSION,
        "weights": weights_identity(folder),
        "tokens": encoder.tokens,
        "input_px": encoder.input_px,
        "dtype": encoder.dtype,
        "quantization": encoder.quantization,
        "frames": frames,
    }
    return f"video_vlm-{hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]}"


def _width_error(wanted: int, found: int, name: str) -> ProfileInvalid:
    return ProfileInvalid(f"encoder.width is {wanted}, but the visual tokens of {name} have {found} values; set it so")
