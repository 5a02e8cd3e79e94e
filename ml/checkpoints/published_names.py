"""Which published tensor becomes which of ours: names as they are in BLIP-2, Video-LLaMA and VAD-LLaMA checkpoints.

Each destination names its sources; what no destination names is either left out on purpose, with the reason, or
unmatched and reported. Names and wrappers are facts of the published files (reference sections 1.1 and 1.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import nn
from transformers import Blip2VisionModel

from ml.checkpoints.geometry import Geometry, image_qformer_config, video_qformer_config, vision_config
from ml.model.query_former import QueryFormer

ROLES = ("eva", "blip2", "video_llama", "vad_llama")
"""The published files, in the order in which they are believed where several hold a frozen tensor."""
TRAINED_FIRST = ("vad_llama", "video_llama", "blip2", "eva")
"""The order for what VAD-LLaMA trained itself. (Its own code lets Video-LLaMA's overwrite it, section 2.4.)"""

VISION, IMAGE_QFORMER, VIDEO_QFORMER = "vision", "qformer", "video_qformer"
ADAPTOR, DETECTOR = "adaptor", "detector"
NEEDED = (VISION, IMAGE_QFORMER, VIDEO_QFORMER)
"""Parts without which a folder is of no use; the others are taken along where a file has them."""


@dataclass(frozen=True)
class Wanted:
    """One of our tensors and where it comes from."""

    part: str
    name: str
    shape: tuple[int, ...]
    sources: tuple[str, ...]
    """Published names: one, or the biases of queries and of values, between which the keys' zeros go."""

    @property
    def roles(self) -> tuple[str, ...]:
        """Which published files to ask, best first."""
        return ROLES if self.part in NEEDED else TRAINED_FIRST


def wanted_tensors(geometry: Geometry) -> tuple[Wanted, ...]:
    """Every tensor of every part, with its shape."""
    with torch.device("meta"):
        vision = Blip2VisionModel(vision_config(geometry))
        image = QueryFormer(image_qformer_config(geometry), queries=geometry.queries)
        video = QueryFormer(
            video_qformer_config(geometry), queries=geometry.queries, frame_positions=geometry.frame_positions
        )
    return (
        *(Wanted(VISION, name, shape, vision_sources(name)) for name, shape in _shapes(vision)),
        *(Wanted(IMAGE_QFORMER, name, shape, (qformer_source(name),)) for name, shape in _shapes(image)),
        *(Wanted(VIDEO_QFORMER, name, shape, (f"video_{qformer_source(name)}",)) for name, shape in _shapes(video)),
        *_trained_tensors(geometry),
    )


def _trained_tensors(geometry: Geometry) -> Iterator[Wanted]:
    """The adaptors, the anomaly predictor and the LTC nets."""
    width, llm, hidden = geometry.width, geometry.llm_width, geometry.predictor_hidden
    for ours, theirs in ADAPTORS.items():
        yield Wanted(ADAPTOR, f"{ours}.weight", (llm, width), (f"{theirs}.weight",))
        yield Wanted(ADAPTOR, f"{ours}.bias", (llm,), (f"{theirs}.bias",))
    for ours, theirs in NETS.items():
        out = 2 if theirs == "vad_decoder" else width
        shapes = {"fc_0": (hidden, width), "ln_0": (hidden,), "fc_1": (out, hidden)}
        for place, (layer, shape) in enumerate(shapes.items()):
            yield Wanted(DETECTOR, f"{ours}.{place}.weight", shape, (f"{theirs}.{layer}.weight",))
            yield Wanted(DETECTOR, f"{ours}.{place}.bias", shape[:1], (f"{theirs}.{layer}.bias",))


ADAPTORS = {"video_proj": "llama_proj", "prompt_proj": "vad_proj"}
NETS = {
    "vador.predictors.0.layers": "vad_decoder",
    "ltc.long.layers": "LTC_fcs_L",
    "ltc.short.layers": "LTC_fcs_S",
}

VISION_NAMES = {
    "embeddings.class_embedding": "visual_encoder.cls_token",
    "embeddings.position_embedding": "visual_encoder.pos_embed",
    "embeddings.patch_embedding.weight": "visual_encoder.patch_embed.proj.weight",
    "embeddings.patch_embedding.bias": "visual_encoder.patch_embed.proj.bias",
    "post_layernorm.weight": "ln_vision.weight",
    "post_layernorm.bias": "ln_vision.bias",
}
BLOCK_NAMES = {
    "layer_norm1": "norm1",
    "layer_norm2": "norm2",
    "self_attn.qkv": "attn.qkv",
    "self_attn.projection": "attn.proj",
    "mlp.fc1": "mlp.fc1",
    "mlp.fc2": "mlp.fc2",
}


def vision_sources(name: str) -> tuple[str, ...]:
    """Published names of a tensor of `Blip2VisionModel`."""
    if name in VISION_NAMES:
        return (VISION_NAMES[name],)
    matched = re.fullmatch(r"encoder\.layers\.(\d+)\.(.+)\.(weight|bias)", name)
    if matched is None:
        raise ValueError(f"the vision model has an unknown tensor {name!r}")
    block = f"visual_encoder.blocks.{matched[1]}"
    if (matched[2], matched[3]) == ("self_attn.qkv", "bias"):
        return (f"{block}.attn.q_bias", f"{block}.attn.v_bias")
    return (f"{block}.{BLOCK_NAMES[matched[2]]}.{matched[3]}",)


def qformer_source(name: str) -> str:
    """Published name of a tensor of the image Q-Former; the video Q-Former's begin with `video_`."""
    if name == "query_tokens":
        return name
    if name == "frame_positions.weight":
        return "frame_position_embedding.weight"
    inner = name.removeprefix("former.")
    if inner.startswith("layernorm."):
        return inner.replace("layernorm.", "Qformer.bert.embeddings.LayerNorm.")
    return "Qformer.bert." + inner.replace("attention.attention.", "attention.self.")


LEFT_OUT = {
    "the text half of a Q-Former, which only sees queries here": re.compile(
        r"(video_)?Qformer\.(cls\..*|bert\.embeddings\.(word_embeddings|position_embeddings|position_ids).*"
        r"|bert\.encoder\.layer\.\d+\.(intermediate|output)\..*|bert\.pooler\..*)"
    ),
    "heads of BLIP-2's own pretraining": re.compile(r"(vision_proj|text_proj|itm_head)\..*|temp|logit_scale"),
    "adaptors to other language models": re.compile(r"(t5|opt)_proj\..*"),
    "other language models": re.compile(r"(t5|opt)_model\..*"),
    "the language model, which is taken from its own folder (--llm)": re.compile(r"llama_model\..*"),
    "the audio half of Video-LLaMA": re.compile(r"audio_.*"),
    "what EVA has behind the block that BLIP-2 stops at": re.compile(r"visual_encoder\.(norm|fc_norm|head)\..*"),
    "EVA's mask token, used in its pretraining only": re.compile(r"visual_encoder\.mask_token"),
}
"""Published tensors that have no place here, by reason."""


def reason_left_out(name: str, geometry: Geometry) -> str | None:
    """Why a published tensor is not used, or None where nothing is known of it."""
    block = re.match(r"visual_encoder\.blocks\.(\d+)\.", name)
    if block is not None and int(block[1]) == geometry.vision_blocks:
        return "the last block of EVA, which BLIP-2 does not use"
    return next((reason for reason, names in LEFT_OUT.items() if names.fullmatch(name)), None)


def _shapes(network: nn.Module) -> list[tuple[str, tuple[int, ...]]]:
    state: Mapping[str, torch.Tensor] = network.state_dict()
    return [(name, tuple(values.shape)) for name, values in state.items()]
