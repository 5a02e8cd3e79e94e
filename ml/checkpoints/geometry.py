"""Sizes of the paper's networks, and the same architecture a few thousand numbers large for tests."""

from __future__ import annotations

from dataclasses import dataclass

from transformers import Blip2QFormerConfig, Blip2VisionConfig


@dataclass(frozen=True)
class Geometry:
    """Every size that the published checkpoints must have (reference section 1.1)."""

    name: str
    """published or small."""
    image_px: int
    """Side of the square that a frame is resized to."""
    patch_px: int
    """Side of a patch."""
    vision_width: int
    """Values of a patch token."""
    vision_blocks: int
    """Blocks of EVA that BLIP-2 uses: all but the last."""
    vision_heads: int
    """Attention heads of a block."""
    vision_hidden: int
    """Hidden width of a block's feed-forward layer."""
    width: int
    """Values of a query, in both Q-Formers."""
    image_layers: int
    """Layers of the image Q-Former; it looks at the patches in every second."""
    video_layers: int
    """Layers of the video Q-Former; it looks at the frames in each."""
    heads: int
    """Attention heads of both Q-Formers."""
    hidden: int
    """Hidden width of both Q-Formers' feed-forward layers."""
    queries: int
    """Learned queries of each."""
    frame_positions: int
    """Rows of the embedding of a frame's place in its clip."""
    predictor_hidden: int
    """Hidden width of the anomaly predictor and of the LTC nets."""
    llm_width: int
    """Width of the language model, which the adaptors project to."""
    llm_layers: int
    """Decoder layers of the language model."""
    llm_heads: int
    """Attention heads of the language model."""
    llm_hidden: int
    """Hidden width of the language model's feed-forward layers."""
    llm_vocabulary: int
    """Rows of the language model's embedding."""


PUBLISHED = Geometry(
    name="published",
    image_px=224,
    patch_px=14,
    vision_width=1408,
    vision_blocks=39,
    vision_heads=16,
    vision_hidden=6144,
    width=768,
    image_layers=12,
    video_layers=2,
    heads=12,
    hidden=3072,
    queries=32,
    frame_positions=32,
    predictor_hidden=64,
    llm_width=4096,
    llm_layers=32,
    llm_heads=32,
    llm_hidden=11008,
    llm_vocabulary=32000,
)
SMALL = Geometry(
    name="small",
    image_px=28,
    patch_px=14,
    vision_width=32,
    vision_blocks=3,
    vision_heads=4,
    vision_hidden=48,
    width=24,
    image_layers=4,
    video_layers=2,
    heads=4,
    hidden=40,
    queries=4,
    frame_positions=32,
    predictor_hidden=8,
    llm_width=32,
    llm_layers=2,
    llm_heads=4,
    llm_hidden=48,
    llm_vocabulary=600,
)
GEOMETRIES = {geometry.name: geometry for geometry in (PUBLISHED, SMALL)}


def vision_config(geometry: Geometry) -> Blip2VisionConfig:
    """EVA-CLIP ViT-g as BLIP-2 uses it."""
    return Blip2VisionConfig(
        hidden_size=geometry.vision_width,
        intermediate_size=geometry.vision_hidden,
        num_hidden_layers=geometry.vision_blocks,
        num_attention_heads=geometry.vision_heads,
        image_size=geometry.image_px,
        patch_size=geometry.patch_px,
        initializer_range=0.02,
    )


def image_qformer_config(geometry: Geometry) -> Blip2QFormerConfig:
    """BERT with cross-attention to the patches of a frame in every second layer."""
    return _qformer_config(geometry, geometry.image_layers, frequency=2, seen_width=geometry.vision_width)


def video_qformer_config(geometry: Geometry) -> Blip2QFormerConfig:
    """BERT cut to two layers, with cross-attention to the frames of a clip in each."""
    return _qformer_config(geometry, geometry.video_layers, frequency=1, seen_width=geometry.width)


def _qformer_config(geometry: Geometry, layers: int, *, frequency: int, seen_width: int) -> Blip2QFormerConfig:
    return Blip2QFormerConfig(
        hidden_size=geometry.width,
        num_hidden_layers=layers,
        num_attention_heads=geometry.heads,
        intermediate_size=geometry.hidden,
        cross_attention_frequency=frequency,
        encoder_hidden_size=seen_width,
    )
