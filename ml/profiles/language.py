"""The language half of a profile: the small LLM, its adaptors, phase 3 and the explainer. Imports no torch."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ml.text.languages import LANGUAGES, Language

_SMALL = ("float32", "none", False)


@dataclass(frozen=True)
class LanguageProfile:
    """Section `language` of a profile; the defaults are those of `tiny`."""

    llm: str = "scratch"
    """scratch (a small Llama and a tokenizer of its own, trained here) or pretrained (from `weights`)."""
    weights: str = ""
    """Folder below the weights root, or hub id, of the pretrained LLM and its tokenizer."""
    revision: str = ""
    """Commit that a hub id is pinned to; a hub id without one is refused."""
    speaks: str = "en"
    """Language of questions and answers: en or zh-Hans, where the annotation template has it."""
    trained: str = "all"
    """What phase 3 trains: all, adaptor (as in the paper), or adaptor_lora."""
    lora_rank: int = 16
    """Rank of the LoRA matrices."""
    lora_alpha: int = 32
    """Scale of the LoRA update, over its rank."""
    lora_dropout: float = 0.05
    """Dropout on the input of the LoRA matrices."""
    dtype: str = "float32"
    """Of the frozen weights and of the arithmetic: float32 or bfloat16; trained weights stay float32."""
    gradient_checkpointing: bool = False
    """Recompute activations in the backward pass: slower, and memory for one layer only."""
    quantization: str = "none"
    """none or 4bit (needs bitsandbytes and a GPU)."""
    score_tokens: bool = True
    """Add the scores themselves to the anomaly prompt; the paper's adaptor has the two linears only."""
    encoder_tokens: bool = False
    """Show a pretrained LLM the encoder's own visual tokens too, `token_groups` of each slot; they must be made for it
    (encoder video_vlm with the same weights)."""
    standardise: bool = True
    """Adaptors take tokens less their mean, over their spread; false for weights made without (the paper's)."""
    message_frames: int = 8
    """Frames of a window whose times the prompt of a pretrained LLM names (the 8 of a clip in the paper)."""
    general_path: str = ""
    """A general video instruction set (JSON of LLaVA's or VideoChat's form with video paths); empty for none."""
    general_share: float = 0.0
    """Share of phase 3's conversations that are drawn from it (half, in the published code)."""
    preference_weight: float = 0.0
    """Weight of the loss on preference pairs: a person's sentence over the draft they saw; 0 switches it off."""
    vocabulary_size: int = 3000
    """Upper bound of the BPE vocabulary, special tokens included."""
    hidden_size: int = 128
    """Width of the LLM, which is also the width that the adaptors project to."""
    layers: int = 4
    """Decoder layers of the LLM."""
    heads: int = 4
    """Attention heads of the LLM."""
    intermediate_size: int = 384
    """Width of the LLM's gated feed-forward blocks."""
    slots: int = 16
    """Equal slices into which a shown window is pooled; the LLM tells times as edges of slots."""
    token_groups: int = 1
    """Query tokens that are left of a slot's clips after pooling (the queries are averaged in groups)."""
    shows_clips: bool = False
    """Show one clip at once, as in the paper, never a stretch of any other length: window_ms and the margins mean
    nothing then, and of a segment its highest-scored clip is shown."""
    window_ms: int = 60_000
    """Longest stretch of video that is shown to the LLM at once."""
    max_windows: int = 8
    """Windows of a long video that the whole-video judgement looks at, most suspicious first."""
    margin: float = 0.5
    """Context shown on each side of a segment, as a fraction of the segment's length."""
    min_margin_ms: int = 2_000
    """Context shown on each side of a segment at the least."""
    pseudo_min_score: float = 0.5
    """A cut segment of a video nobody labelled becomes a pseudo instruction from this confidence up."""
    pseudo_merge_gap_ms: int = 2_000
    """Pseudo segments closer than this are told as one interval."""
    pseudo_min_ms: int = 1_000
    """Shorter pseudo segments are left out of the instructions."""
    draws: int = 12
    """Windows, with varied margins, that are shown of each event and of each normal video."""
    people_weight: float = 4.0
    """How much more often a sentence by a person is drawn than one written by a template."""
    enough_sentences: int = 3
    """With this many sentences by people for a class, templates write no more explanations for it."""
    modality_dropout: float = 0.25
    """Chance to hide the video tokens, and separately the anomaly prompt, of a training sample."""
    picture_swap: float = 0.3
    """Chance that an explanation is trained with the picture of another instruction, its class named all the same."""
    score_noise: float = 0.3
    """Standard deviation of the shift, and largest flattening, of the scores of a training sample."""
    time_weight: float = 3.0
    """How much more a time token counts in the loss than a word."""
    steps: int = 400
    """Optimiser steps of phase 3."""
    batch_size: int = 16
    """Conversations in a step."""
    learning_rate: float = 3e-3
    """Peak learning rate of AdamW; cosine to a tenth of it after a linear warm-up."""
    beta2: float = 0.98
    """AdamW's memory of squared gradients (0.999 in the published code)."""
    warmup_steps: int = 20
    """Steps of linear warm-up."""
    weight_decay: float = 0.05
    """Weight decay of the matrices; norms, biases and embeddings have none."""
    checkpoint_every: int = 40
    """Steps between two checkpoints."""
    max_new_tokens: int = 128
    """Longest answer that is generated."""

    @property
    def spoken(self) -> Language:
        """The words of the language it speaks that code needs."""
        return LANGUAGES[self.speaks]

    @property
    def tells_slots(self) -> bool:
        """Whether times are told as edges of slots (a small model cannot copy digits), not in seconds of the video."""
        return self.llm == "scratch"

    @property
    def video_tokens(self) -> int:
        """Tokens of a shown window: video tokens and anomaly prompt (64 in the paper)."""
        return 2 * self.slots * self.token_groups

    def __post_init__(self) -> None:
        allowed = {
            "llm": ("scratch", "pretrained"),
            "trained": ("all", "adaptor", "adaptor_lora"),
            "dtype": ("float32", "bfloat16"),
            "quantization": ("none", "4bit"),
            "speaks": tuple(LANGUAGES),
        }
        for name, values in allowed.items():
            if getattr(self, name) not in values:
                raise ValueError(f"language.{name} must be one of {', '.join(values)}, not {getattr(self, name)!r}")
        if self.llm == "scratch" and self.trained != "all":
            raise ValueError("language.llm scratch has nothing to keep frozen: language.trained must be all")
        if self.llm == "scratch" and (self.dtype, self.quantization, self.gradient_checkpointing) != _SMALL:
            raise ValueError("language.llm scratch is small: dtype float32, no quantization, no gradient_checkpointing")
        if self.trained == "all" and self.quantization == "4bit":
            raise ValueError("4-bit weights cannot be trained: set language.trained to adaptor or adaptor_lora")
        if self.encoder_tokens and self.llm == "scratch":
            raise ValueError("language.encoder_tokens are made for the encoder's own LLM, which llm scratch is not")
        if self.shows_clips and self.slots != 1:
            raise ValueError(f"language.shows_clips has a clip in one slot: language.slots must be 1, not {self.slots}")
        if self.llm == "pretrained" and not self.weights:
            raise ValueError("language.llm pretrained needs language.weights: a folder or a hub id")
        if not 0 <= self.general_share < 1 or (self.general_share > 0) != bool(self.general_path):
            raise ValueError("language.general_share, in [0, 1), and language.general_path go together")
        counts = (
            "vocabulary_size",
            "hidden_size",
            "layers",
            "heads",
            "intermediate_size",
            "max_new_tokens",
            "lora_rank",
            "slots",
            "steps",
            "batch_size",
            "window_ms",
            "max_windows",
            "token_groups",
            "checkpoint_every",
            "draws",
            "message_frames",
        )
        for name in counts:
            if getattr(self, name) < 1:
                raise ValueError(f"language.{name} must be at least 1, not {getattr(self, name)}")
        if self.hidden_size % self.heads:
            raise ValueError(
                f"language.hidden_size {self.hidden_size} is not a multiple of its heads {self.heads}; change either"
            )
        for name in (
            "learning_rate",
            "weight_decay",
            "time_weight",
            "people_weight",
            "score_noise",
            "preference_weight",
        ):
            if not math.isfinite(getattr(self, name)) or getattr(self, name) < 0:
                raise ValueError(f"language.{name} must be 0 or more, not {getattr(self, name)}")
        for name in ("modality_dropout", "picture_swap", "lora_dropout", "beta2"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"language.{name} must lie in [0, 1), not {getattr(self, name)}")
