"""The vision half of any video language model of transformers: pixels of clips in, visual tokens out.

Dimensions: B clips, T frames of a clip, C colours, H x W pixels, N visual tokens of a clip as the model gives them,
t moments, D width of a token.
A model that gives video features takes the frames of a clip together; for one that knows pictures only (SmolVLM,
InternVL) each frame is a picture, and the frames' tokens follow each other. The language half is cut to one layer
and one word before loading and thrown away after it: the rest of it is never read. Extra outputs that a model feeds
into deeper layers of its LLM (DeepStack of Qwen3-VL) are left out.
"""

from __future__ import annotations

import copy
import inspect
import logging
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModel
from transformers.models.auto.modeling_auto import MODEL_FOR_MULTIMODAL_LM_MAPPING, MODEL_MAPPING

from ml.errors import WeightsInvalid
from ml.model.clip_pixels import patches, read_preprocessing
from ml.model.pretrained import load_pretrained

logger = logging.getLogger(__name__)

TEXT_HALVES = ("language_model.", "text_model.", "lm_head.")
"""Where models keep their language; of these, tensors may be missing and shapes may differ."""


@dataclass(frozen=True)
class PixelLayout:
    """How a model wants the pixels of clips."""

    kind: str
    """patches (one list with grids), frames ([B, T, C, H, W]) or pictures ([B * T, C, H, W])."""
    method: str
    """Name of the model's method that turns pixels into visual tokens."""
    patch: int
    merge: int
    """Patches a side that become one token; 1 where the model sees to it."""
    temporal: int
    """Frames of a patch."""
    has_merge_sizes: bool
    """The method wants the merge size of each clip, too."""


class ClipVision(nn.Module):
    """A model that `load_vision` gave, called in its own way.

    Args:
        model: the vision half.
        layout: what `pixel_layout` says of it.
        frames: T.
    """

    def __init__(self, model: nn.Module, layout: PixelLayout, frames: int) -> None:
        super().__init__()
        self.model, self.layout, self.frames = model, layout, frames

    @torch.inference_mode()
    def forward(self, pixels_BTCHW: Tensor) -> Tensor:
        """[B, t, N / t, D] visual tokens of clips, in order of time; class and line-end tokens are left out."""
        clips = len(pixels_BTCHW)
        features: Any = getattr(self.model, self.layout.method)(**self._inputs(pixels_BTCHW))
        tokens = features if isinstance(features, Tensor) else features.pooler_output
        tokens_BND = (tokens if isinstance(tokens, Tensor) else torch.stack(list(tokens))).float()
        tokens_BND = tokens_BND.reshape(clips, -1, tokens_BND.shape[-1])
        moments = math.ceil(self.frames / self.layout.temporal)
        # LLaVA-OneVision ends a clip with one token that says so.
        tokens_BND = tokens_BND[:, : tokens_BND.shape[1] // moments * moments]
        tokens_BtND: Tensor = tokens_BND.reshape(clips, moments, -1, tokens_BND.shape[-1])
        cells = tokens_BtND.shape[2]
        has_class = not _is_square(cells) and _is_square(cells - 1)
        return tokens_BtND[:, :, 1:] if has_class else tokens_BtND

    def _inputs(self, pixels_BTCHW: Tensor) -> dict[str, Tensor]:
        layout = self.layout
        name = "pixel_values_videos" if layout.method == "get_video_features" else "pixel_values"
        dtype = next(value.dtype for value in self.model.parameters() if value.is_floating_point())
        pixels_BTCHW = pixels_BTCHW.to(dtype)
        if layout.kind == "frames":
            return {name: pixels_BTCHW}
        if layout.kind == "pictures":
            return {name: pixels_BTCHW.flatten(0, 1)}
        values, grid_B3 = patches(pixels_BTCHW, patch=layout.patch, merge=layout.merge, temporal=layout.temporal)
        inputs = {name: values, "video_grid_thw": grid_B3}
        if layout.has_merge_sizes:
            inputs["video_merge_sizes"] = torch.full_like(grid_B3[:, 0], layout.merge)
        return inputs


def pixel_layout(config: Any, folder: Path) -> PixelLayout:
    """How the model of a configuration wants its pixels, read from the signature of its own method.

    What the configuration of the network leaves open is taken from that of its processor.

    Raises:
        WeightsInvalid: a model that sees nothing, or wants more than pixels.
    """
    model_class = MODEL_MAPPING.get(type(config), None)
    names = ("get_video_features", "get_image_features")
    method = next((name for name in names if hasattr(model_class, name)), None)
    if type(config) not in MODEL_FOR_MULTIMODAL_LM_MAPPING or method is None:
        raise WeightsInvalid(
            f"{folder} holds a {config.model_type!r}, which gives no features of videos or pictures; name a "
            "folder with a video language model as encoder.weights"
        )
    wanted = inspect.signature(getattr(model_class, method)).parameters
    vision = getattr(config, "vision_config", config)
    has_grid = "video_grid_thw" in wanted
    known = {"self", "kwargs", "pixel_values", "pixel_values_videos", "video_merge_sizes", "video_grid_thw"}
    if further := [name for name, each in wanted.items() if each.default is each.empty and name not in known]:
        raise WeightsInvalid(f"{folder}: {model_class.__name__} wants {further[0]!r} besides pixels and cannot be used")
    preprocessing = read_preprocessing(folder)
    merge = getattr(vision, "spatial_merge_size", None) or preprocessing.merge_size or 2
    temporal = getattr(vision, "temporal_patch_size", None) or preprocessing.temporal_patch_size or 1
    is_whole_clip = method == "get_video_features" or "pixel_attention_mask" in wanted
    return PixelLayout(
        kind="patches" if has_grid else "frames" if is_whole_clip else "pictures",
        method=method,
        patch=side_px(getattr(vision, "patch_size", 1)),
        merge=merge if has_grid else getattr(config, "scale_factor", 1),
        temporal=temporal if has_grid else 1,
        has_merge_sizes="video_merge_sizes" in wanted,
    )


def load_vision(folder: Path, config: Any, *, dtype: torch.dtype, device: torch.device, quantization: str) -> nn.Module:
    """The model of a folder without its language half: frozen, in evaluation mode.

    Raises:
        WeightsInvalid: broken files, or a tensor of the vision half that is missing.
    """
    cut = copy.deepcopy(config)
    text = cut.get_text_config(decoder=True)
    layers = text.num_hidden_layers
    for name, value in list(vars(text).items()):
        if isinstance(value, list) and len(value) == layers > 1:
            setattr(text, name, value[:1])
    text.num_hidden_layers = 1
    text.vocab_size, text.pad_token_id = 1, None
    model = load_pretrained(
        AutoModel, folder, dtype=dtype, device=device, config=cut, quantization=quantization, may_lack=TEXT_HALVES
    )
    decoder = model.get_decoder()
    for name, child in list(model.named_children()):
        if child is decoder:
            setattr(model, name, nn.Identity())
    logger.info("%s of %s loaded without its %d layers of language", type(model).__name__, folder, layers)
    vision: nn.Module = model
    return vision


def side_px(size: Any) -> int:
    """Pixels a side, which some configurations tell twice."""
    return int(size[0] if isinstance(size, list | tuple) else size)


def _is_square(count: int) -> bool:
    return math.isqrt(count) ** 2 == count
