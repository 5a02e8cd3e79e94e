"""What the detector hands to the language model: one scored video, its tokens and its cut segments.

Dimensions: C clips, Q query tokens of a clip, D width of a token, G seen tokens of a clip, H width of the LLM.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ml.contracts import ClipEmbeddings, ScoreTrack, VideoRef


@dataclass(frozen=True)
class CutSegment:
    """A stretch of video that the detector calls an event, before anybody put words to it."""

    start_ms: int
    end_ms: int
    label: str
    """Name of a class of the template or of the weak labels."""
    confidence: float
    """Mean fused score over the segment, in [0, 1]."""


@dataclass(frozen=True)
class ScoredVideo:
    """A video with everything the detector has to say about it."""

    video: VideoRef
    tokens_CQD: Tensor
    """Output of the video Q-Former, half precision, one row of query tokens a clip; maybe on disk, see
    `ml.inference.kept_tokens`."""
    prompt_CQD: Tensor
    """Anomaly prompt of each clip (h + h_L + h_S, or x~ in mode paper), the same shape as `tokens_CQD`."""
    scores: ScoreTrack
    segments: tuple[CutSegment, ...]
    """In order of time, never overlapping."""
    seen_CGH: Tensor | None = None
    """What the encoder itself saw of each clip, half precision, in the space of its own LLM; None where the profile
    does not show it (`language.encoder_tokens`)."""
    embeddings: ClipEmbeddings | None = None
    """Where each clip lies among all moments, for finding others like it."""
