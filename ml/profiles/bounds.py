"""What the numbers of a profile may be: bounds of single values first, then what must agree with what."""

from __future__ import annotations

import math
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

ENCODERS = ("efficientnet_lite0", "eva_blip2", "video_vlm")
CHOICES = {
    "encoder.name": ENCODERS,
    "encoder.dtype": ("bfloat16", "float16", "float32"),
    "encoder.quantization": ("none", "4bit"),
    "detector.former": ("gated", "video_llama"),
    "ltc.mode": ("reference", "paper"),
    "losses.form": ("vigil", "published"),
}
AT_LEAST = {
    "sampling.frames_per_clip": 2,
    "sampling.snippets": 0,
    "encoder.input_px": 1,
    "encoder.batch_frames": 1,
    "encoder.tokens": 0,
    "encoder.width": 0,
    "detector.token_dim": 1,
    "detector.members": 1,
    "detector.specialists": 0,
    "detector.folds": 0,
    "detector.queries": 1,
    "detector.layers": 1,
    "detector.heads": 1,
    "detector.predictor_hidden": 1,
    "ltc.history": 1,
    "ltc.hidden": 1,
    "losses.top_clips": 1,
    "losses.glance_sigma_ms": 1,
    "losses.glance_reach_ms": 0,
    "phase1.epochs": 0,
    "phase1.batch_videos": 1,
    "phase1.max_clips": 1,
    "phase1.warmup_steps": 0,
    "phase1.checkpoint_every": 1,
    "phase2.epochs": 0,
    "phase2.batch_videos": 1,
    "phase2.max_clips": 1,
    "phase2.warmup_steps": 0,
    "phase2.checkpoint_every": 1,
    "scoring.smoothing_sigma_ms": 0,
    "scoring.merge_gap_ms": 0,
    "scoring.min_length_ms": 0,
}
NOT_NEGATIVE = (
    "losses.margin",
    "losses.smooth",
    "losses.sparse",
    "losses.glance",
    "losses.verdict",
    "losses.normal_clips",
    "losses.glance_mining_ratio",
    "phase1.final_learning_rate",
    "phase1.weight_decay",
    "phase2.final_learning_rate",
    "phase2.weight_decay",
)
ABOVE_0 = ("sampling.fps", "phase1.learning_rate", "phase2.learning_rate", "scoring.hysteresis")


def complaints(profile: Any) -> Iterator[str]:
    """What is wrong with a `Profile`, in words that name the key; nothing where all is right."""
    for key, choices in CHOICES.items():
        value = attrgetter(key)(profile)
        if value not in choices:
            yield f"{key} {value!r} is unknown; it must be {' or '.join(choices)}"
    for key, least in AT_LEAST.items():
        value = attrgetter(key)(profile)
        if value < least:
            yield f"{key} must be at least {least}, not {value}"
    for key in (*NOT_NEGATIVE, *ABOVE_0):
        value = attrgetter(key)(profile)
        if not math.isfinite(value) or value < 0 or (value == 0 and key in ABOVE_0):
            yield f"{key} must be {'above 0' if key in ABOVE_0 else '0 or more'}, not {value}"
    yield from (complaint for is_right, complaint in _agreements(profile) if not is_right)


def _agreements(profile: Any) -> Iterator[tuple[bool, str]]:
    """What must hold, and what to say where it does not; each value is within its own bounds by now."""
    sampling, encoder, detector = profile.sampling, profile.encoder, profile.detector
    yield (
        encoder.batch_frames % sampling.frames_per_clip == 0,
        "encoder.batch_frames must be a multiple of sampling.frames_per_clip",
    )
    yield 0 <= detector.dropout < 1, "detector.dropout must lie in [0, 1)"
    yield detector.token_dim % detector.heads == 0, "detector.token_dim must be a multiple of heads"
    yield (
        encoder.name == "efficientnet_lite0" or (encoder.tokens > 0 and encoder.width > 0),
        "encoder.tokens and encoder.width must be above 0 for this encoder",
    )
    yield (
        detector.former == "gated" or encoder.width == detector.token_dim,
        "detector.former video_llama takes the tokens as they are: token_dim must equal encoder.width",
    )
    yield (
        not profile.language.encoder_tokens
        or (encoder.tokens > 0 and encoder.tokens % profile.language.token_groups == 0),
        "language.encoder_tokens needs an encoder with tokens, and language.token_groups must divide them",
    )
    yield (
        sampling.snippets == 0 or profile.language.llm == "scratch" or profile.language.shows_clips,
        "sampling.snippets makes clips of any length: language.shows_clips must be true for a pretrained LLM",
    )
    least = 2 if profile.ltc.mode == "reference" else 1
    yield (
        profile.ltc.list_length >= least,
        f"ltc.list_length must be at least {least} in mode {profile.ltc.mode} (reference lists one less)",
    )
    yield 0 < profile.scoring.threshold < 1, "scoring.threshold must lie between 0 and 1"
    yield profile.scoring.hysteresis <= 1, "scoring.hysteresis must lie in (0, 1]"
