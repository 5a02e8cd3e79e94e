"""Long-term context, mode `reference`: which past clips a clip is compared with, and what it takes from them.

Dimensions: B videos, C clips, K = T * D values of a clip's flattened tokens, V listed vectors.

The published code's maths (the abnormal and the normal list share one retrieval; a clip is listed when its score is
strictly above the `list_length`-th best of the past, so at most `list_length - 1` clips of each kind; the weight is the
cosine, with no softmax; the value is the unit vector; the history holds the current clip too) without its flaws:
one state per video, bounded lists, nothing leaks between videos, nothing is rebuilt.
Streaming with `LtcState` equals the full-length computation of `full_length_context`, step for step.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class LtcState:
    """All that is remembered of a video: constant in size, passed in and handed back, never changed in place."""

    abnormal_VK: Tensor
    """Unit vectors of the best candidates of the abnormal list, at most `list_length`."""
    abnormal_score_V: Tensor
    normal_VK: Tensor
    normal_score_V: Tensor
    """Probability of normal."""
    history_VK: Tensor
    """Unit vectors of the last `history - 1` clips."""

    @staticmethod
    def empty(width: int) -> LtcState:
        """The state before the first clip."""
        nothing, no_score = torch.zeros(0, width), torch.zeros(0)
        return LtcState(nothing, no_score, nothing, no_score, nothing)


@dataclass(frozen=True)
class LtcContext:
    """What a clip retrieves: [K] for one clip, [B, C, K] at full length."""

    long: Tensor
    """From the abnormal and normal lists of strictly past clips."""
    short: Tensor
    """From the short-term window, the clip itself included."""


def ltc_step(
    state: LtcState, clip_K: Tensor, score: float, *, list_length: int, gate: float, history: int
) -> tuple[LtcContext, LtcState]:
    """Context of one clip, and the state for the next one.

    Args:
        state: what is remembered of the clips before.
        clip_K: flattened tokens of the clip.
        score: the raw branch's probability of abnormal.
        list_length, gate, history: see `ml.profiles.loading.LtcProfile`.
    """
    unit_K = _unit(clip_K)
    listed = torch.cat(
        [
            state.abnormal_VK[_above_last(state.abnormal_score_V, list_length)],
            state.normal_VK[_above_last(state.normal_score_V, list_length)],
        ]
    )
    window = torch.cat([state.history_VK, unit_K[None]])[-history:]
    context = LtcContext(_retrieve(unit_K, listed), _retrieve(unit_K, window))
    if score >= gate:
        abnormal, normal = _listed(state.abnormal_VK, state.abnormal_score_V, unit_K, score, list_length), None
    else:
        abnormal, normal = None, _listed(state.normal_VK, state.normal_score_V, unit_K, 1.0 - score, list_length)
    abnormal = abnormal or (state.abnormal_VK, state.abnormal_score_V)
    normal = normal or (state.normal_VK, state.normal_score_V)
    kept = window[len(window) - min(len(window), history - 1) :]
    return context, LtcState(*abnormal, *normal, kept)


def stream_context(
    state: LtcState, clips_CK: Tensor, scores_C: Tensor, *, list_length: int, gate: float, history: int
) -> tuple[LtcContext, LtcState]:
    """Context [C, K] of a stretch of clips in linear time, and the state after it."""
    longs, shorts = [], []
    for clip_K, score in zip(clips_CK, scores_C.tolist(), strict=True):
        context, state = ltc_step(state, clip_K, score, list_length=list_length, gate=gate, history=history)
        longs.append(context.long)
        shorts.append(context.short)
    return LtcContext(torch.stack(longs), torch.stack(shorts)), state


def full_length_context(
    clips_BCK: Tensor, scores_BC: Tensor, *, list_length: int, gate: float, history: int
) -> LtcContext:
    """Context [B, C, K] of whole videos at once: quadratic in C, so for training on short stretches and for tests."""
    unit = _unit(clips_BCK)
    cosine_BCC = unit @ unit.transpose(1, 2)
    long_BCC = listed_mask(scores_BC, list_length=list_length, gate=gate)
    clips = unit.shape[1]
    offset = torch.arange(clips)[:, None] - torch.arange(clips)[None, :]
    short_CC = ((offset >= 0) & (offset < history)).to(unit.device)
    return LtcContext((cosine_BCC * long_BCC) @ unit, (cosine_BCC * short_CC) @ unit)


def listed_mask(scores_BC: Tensor, *, list_length: int, gate: float) -> Tensor:
    """[B, C, C] bool: whether clip j (last axis) is in a list of clip c. Section 1.3, points 3 to 6."""
    is_abnormal = scores_BC >= gate
    abnormal = _above_past_best(torch.where(is_abnormal, scores_BC, 0.0), list_length)
    normal = _above_past_best(torch.where(is_abnormal, 0.0, 1.0 - scores_BC), list_length)
    return abnormal | normal


def _above_past_best(candidates_BC: Tensor, list_length: int) -> Tensor:
    clips = candidates_BC.shape[1]
    past = torch.ones(clips, clips, dtype=torch.bool, device=candidates_BC.device).tril(-1)
    seen_BCC = torch.where(past, candidates_BC[:, None, :], 0.0)
    if clips < list_length:
        return seen_BCC > 0
    return seen_BCC > seen_BCC.topk(list_length, dim=-1).values[..., -1:]


def _above_last(scores_V: Tensor, list_length: int) -> Tensor:
    """Which candidates are strictly above the `list_length`-th best; all that are above 0 while there are fewer."""
    threshold = scores_V.min() if len(scores_V) == list_length else scores_V.new_zeros(())
    return scores_V > threshold


def _listed(
    vectors_VK: Tensor, scores_V: Tensor, vector_K: Tensor, score: float, list_length: int
) -> tuple[Tensor, Tensor]:
    """The best `list_length` candidates with this one among them; the earlier one wins a tie."""
    scores = torch.cat([scores_V, scores_V.new_tensor([score])])
    vectors = torch.cat([vectors_VK, vector_K[None]])
    if len(scores) <= list_length:
        return vectors, scores
    dropped = len(scores) - 1 - int(scores.flip(0).argmin())
    keep = torch.arange(len(scores)) != dropped
    return vectors[keep], scores[keep]


def _retrieve(unit_K: Tensor, listed_VK: Tensor) -> Tensor:
    return (listed_VK @ unit_K) @ listed_VK


def _unit(clips: Tensor) -> Tensor:
    unit: Tensor = clips / clips.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    return unit


class LtcNet(nn.Module):
    """W of the paper: Linear, LayerNorm, Linear on each token of what was retrieved.

    The last layer starts at zero, so that phase 2 begins exactly at the phase 1 model.
    """

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        last = nn.Linear(hidden, dim)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.layers = nn.Sequential(nn.Linear(dim, hidden), nn.LayerNorm(hidden), last)

    def forward(self, retrieved_CTD: Tensor) -> Tensor:
        """[C, T, D]"""
        added: Tensor = self.layers(retrieved_CTD)
        return added
