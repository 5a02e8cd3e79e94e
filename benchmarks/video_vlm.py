"""Vision halves of video language models at their published sizes with random weights: clips a second, real time, share
of the roofline, on the GPU or, without one, on the processor.

The roofline is a product of large matrices in the same precision and on as many threads, measured in the same run.
"""

import torch
from torch import nn
from transformers import AutoModel, Qwen2_5_VLConfig, SmolVLMConfig

from benchmarks.figure import Figure, figures_print
from benchmarks.full_size import flops, roofline, seconds
from ml.model.clip_vision import ClipVision, PixelLayout

FRAMES, CLIP_S = 8, 2.0
"""A clip, and how much video it is at 4 sampled frames a second."""
TEXT = {
    "pad_token_id": None,
    "vocab_size": 8,
    "intermediate_size": 64,
    "num_hidden_layers": 1,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
"""Of the language halves: next to nothing, they are not loaded in earnest either."""
PATCHES = PixelLayout("patches", "get_video_features", patch=14, merge=2, temporal=2, has_merge_sizes=False)
PICTURES = PixelLayout("frames", "get_image_features", patch=16, merge=4, temporal=1, has_merge_sizes=False)


def qwen2_5_vl_3b() -> Qwen2_5_VLConfig:
    """The published vision half of Qwen2.5-VL-3B: 668 million parameters, and its projector."""
    text = {**TEXT, "hidden_size": 2048, "num_attention_heads": 16, "num_key_value_heads": 2}
    text["rope_parameters"] = {"rope_type": "default", "mrope_section": [16, 24, 24], "rope_theta": 1e6}
    vision = {"depth": 32, "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16, "out_hidden_size": 2048}
    vision |= {"patch_size": 14, "window_size": 112, "fullatt_block_indexes": [7, 15, 23, 31]}
    return Qwen2_5_VLConfig(text_config=text, vision_config=vision)


def smolvlm2_500m() -> SmolVLMConfig:
    """The published vision half of SmolVLM2-500M: 86 million parameters, and 12 of its projector."""
    text = {**TEXT, "hidden_size": 960, "num_attention_heads": 15, "num_key_value_heads": 5, "model_type": "llama"}
    vision = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
    vision |= {"image_size": 512, "patch_size": 16}
    return SmolVLMConfig(text_config=text | {"pad_token_id": 0}, vision_config=vision, scale_factor=4, pad_token_id=0)


def figures(
    name: str, config: object, layout: PixelLayout, side_px: int, device: torch.device, compute: float
) -> list[Figure]:
    """Figures of one model; `compute` is the roofline in operations a second."""
    model: nn.Module = AutoModel.from_config(config, dtype=torch.bfloat16, attn_implementation="sdpa")
    vision = ClipVision(model.to(device).eval(), layout, FRAMES)
    clips = 8 if device.type == "cuda" else 1
    pixels = torch.randn(clips, FRAMES, 3, side_px, side_px, device=device)
    took_s = seconds(lambda: vision(pixels), device)
    what = f"{name} at {side_px} px, {clips} at once"
    return [
        Figure(what, clips / took_s, "clips/s"),
        Figure(what, clips * CLIP_S / took_s, "x real time"),
        Figure(what, 100 * flops(lambda: vision(pixels)) / took_s / compute, "%", "the roofline"),
    ]


def main() -> None:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    with torch.no_grad():
        compute, _ = roofline(device, torch.bfloat16, 8192 if device.type == "cuda" else 2048)
        measured = [Figure("roofline: bfloat16 products", compute / 1e12, "TFLOP/s")]
        measured += figures("Qwen2.5-VL-3B", qwen2_5_vl_3b(), PATCHES, 224, device, compute)
        for side_px in (256, 512):
            measured += figures("SmolVLM2-500M", smolvlm2_500m(), PICTURES, side_px, device, compute)
    figures_print(measured)


if __name__ == "__main__":
    main()
