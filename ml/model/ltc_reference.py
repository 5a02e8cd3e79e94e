"""Long-term context, mode `reference`: the published code's maths without its flaws.

Dimensions: B videos, C clips, T clip tokens, D width, K = T * D values of a clip's flattened tokens (F of the paper).

Section 1.3 of the published code: the abnormal and the normal list share one retrieval; a clip is listed when its score
is strictly above the `list_length`-th best of the past, so at most `list_length - 1` clips of each kind; the weight is
the cosine, with no softmax; the value is the unit vector; the history holds the current clip too; three parallel
branches share former and predictor. Left out are its flaws (sections 2.4 and 3.1): there is one state per video, lists
are never rebuilt, nothing leaks from one video into the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ml.model.branches import BranchOutputs
from ml.model.ltc_attention import NORM_FLOOR, Stretch, cosine_weights
from ml.model.ltc_lists import above_past_best_mask, listing
from ml.model.ltc_net import LtcNet
from ml.model.ltc_state import LtcState, listed_clips, state_after
from ml.model.vador import Vador, VadorOutput

BLOCK_VALUES = 2**20
"""Clips are worked off in blocks of about this many values, so that a block stays in the processor's cache."""
LEAST_CLIPS, MOST_CLIPS = 32, 1024
"""Of a block, whatever the width."""


@dataclass(frozen=True)
class LtcContext:
    """What each clip retrieves: [C, K] of a stretch, [B, C, K] at full length."""

    long: Tensor
    """From the abnormal and normal lists of strictly past clips."""
    short: Tensor
    """From the short-term window, the clip itself included."""


@torch.no_grad()
def stream_context(
    state: LtcState | None,
    clips_CK: Tensor,
    score_C: Tensor,
    *,
    list_length: int,
    gate: float,
    history: int,
    out: LtcContext | None = None,
) -> tuple[LtcContext, LtcState]:
    """Context [C, K] of the next stretch of clips, in linear time, and the state after it.

    Args:
        state: what is remembered of the clips before; None at the start of a video.
        clips_CK: flattened tokens.
        score_C: the raw branch's probability of abnormal.
        list_length, gate, history: see `ml.profiles.sections.LtcProfile`.
        out: where the context goes; new memory unless it is given.
    """
    clips_1CK = clips_CK[None]
    state = state or LtcState.empty(clips_1CK, history - 1)
    context = out or LtcContext(torch.empty_like(clips_CK), torch.empty_like(clips_CK))
    step = block_clips(clips_CK.shape[1])
    for first in range(0, len(clips_CK), step):
        block = slice(first, first + step)
        part = LtcContext(context.long[block][None], context.short[block][None])
        state = _block(state, clips_1CK[:, block], score_C[block], part, list_length, gate)
    return context, state


def block_clips(width: int) -> int:
    """How many clips of that width are worked off at once."""
    return max(LEAST_CLIPS, min(MOST_CLIPS, BLOCK_VALUES // width))


def _block(
    state: LtcState, clips_1CK: Tensor, score_C: Tensor, out: LtcContext, list_length: int, gate: float
) -> LtcState:
    """Fill `out` with a block's context; the state after it."""
    abnormal_C, normal_C = candidate_scores(score_C.float().cpu().numpy(), gate)
    abnormal = listing(state.held.abnormal_score_A, abnormal_C, length=list_length, is_strict=True)
    normal = listing(state.held.normal_score_N, normal_C, length=list_length, is_strict=True)
    listed = listed_clips(state.held, clips_1CK, abnormal, normal)
    stretch = Stretch(clips_1CK, state.history_MHK, state.clips, listed.vector_MVK)
    stretch.of_listed(listed.is_listed_CV, cosine_weights, out.long)
    stretch.of_history(cosine_weights, out.short, with_current=True)
    return state_after(state, clips_1CK, abnormal, normal)


def candidate_scores(score_C: NDArray[np.float32], gate: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Scores of the candidates of the abnormal and of the normal list, -inf for all others (section 1.3, point 4)."""
    is_abnormal_C, normal_C, nothing = score_C >= gate, 1 - score_C, np.float32(-np.inf)
    # A score of 0 is above no last place, not even that of an empty list.
    return (
        np.where(is_abnormal_C & (score_C > 0), score_C, nothing),
        np.where(~is_abnormal_C & (normal_C > 0), normal_C, nothing),
    )


def full_length_context(
    clips_BCK: Tensor, score_BC: Tensor, *, list_length: int, gate: float, history: int
) -> LtcContext:
    """Context [B, C, K] of whole videos at once: quadratic in C, so for training on short stretches and for tests."""
    unit_BCK = clips_BCK / clips_BCK.norm(dim=-1, keepdim=True).clamp_min(NORM_FLOOR)
    cosine_BCC = unit_BCK @ unit_BCK.transpose(1, 2)
    long_BCC = listed_mask(score_BC, list_length=list_length, gate=gate)
    place_C = torch.arange(clips_BCK.shape[1], device=clips_BCK.device)
    distance_CC = place_C[:, None] - place_C
    short_CC = (distance_CC >= 0) & (distance_CC < history)
    return LtcContext((cosine_BCC * long_BCC) @ unit_BCK, (cosine_BCC * short_CC) @ unit_BCK)


def listed_mask(score_BC: Tensor, *, list_length: int, gate: float) -> Tensor:
    """[B, C, C] bool: whether clip j (last axis) is in a list of clip c. Section 1.3, points 3 to 6."""
    is_abnormal = score_BC >= gate
    abnormal_BCC = above_past_best_mask(torch.where(is_abnormal, score_BC, 0.0), list_length)
    normal_BCC = above_past_best_mask(torch.where(is_abnormal, 0.0, 1.0 - score_BC), list_length)
    return abnormal_BCC | normal_BCC


class ReferenceLtc(nn.Module):
    """Two nets on what was retrieved, and the three branches that they make."""

    def __init__(self, *, dim: int, hidden: int, list_length: int, gate: float, history: int) -> None:
        super().__init__()
        self.long, self.short = LtcNet(dim, hidden), LtcNet(dim, hidden)
        self.list_length, self.gate, self.history = list_length, gate, history

    def stream(self, vador: Vador, tokens_CTD: Tensor, state: LtcState | None) -> tuple[BranchOutputs, LtcState]:
        """All branches of the next stretch of a video (state None: of its first), and the state after it."""
        raw = vador(tokens_CTD)
        context, state = stream_context(
            state,
            tokens_CTD.flatten(1),
            raw.probability_C,
            list_length=self.list_length,
            gate=self.gate,
            history=self.history,
        )
        return self.branches(vador, tokens_CTD, context, raw), state

    def full_length(self, vador: Vador, tokens_BCTD: Tensor, is_clip_BC: Tensor) -> BranchOutputs:
        """All branches of whole videos, of their N real clips (padding comes last), with gradients."""
        tokens_NTD = tokens_BCTD[is_clip_BC]
        # Without dropout the scores that the lists are made from are those of the branch itself.
        raw = vador(tokens_NTD) if vador.dropout.p == 0 else None
        score_N = raw.probability_C.detach() if raw else evaluated(vador, tokens_NTD)
        score_BC = tokens_BCTD.new_zeros(is_clip_BC.shape).masked_scatter(is_clip_BC, score_N)
        with torch.no_grad():
            context = full_length_context(
                tokens_BCTD.flatten(2),
                score_BC,
                list_length=self.list_length,
                gate=self.gate,
                history=self.history,
            )
        of_real = LtcContext(context.long[is_clip_BC], context.short[is_clip_BC])
        return self.branches(vador, tokens_NTD, of_real, raw or vador(tokens_NTD))

    def branches(self, vador: Vador, tokens_CTD: Tensor, context: LtcContext, raw: VadorOutput) -> BranchOutputs:
        """Raw, long and short branch of clips whose context is known; h + h_L + h_S is the prompt (point 9)."""
        long = vador(tokens_CTD + self.long(context.long.view_as(tokens_CTD)))
        short = vador(tokens_CTD + self.short(context.short.view_as(tokens_CTD)))
        summed_CMQD = raw.tokens_CMQD + long.tokens_CMQD + short.tokens_CMQD
        three = (raw, long, short)
        return BranchOutputs(*three, three, three, raw.tokens_CMQD.flatten(1, 2), summed_CMQD.flatten(1, 2))


@torch.no_grad()
def evaluated(vador: Vador, tokens_NTD: Tensor) -> Tensor:
    """[N] raw scores of the current weights, without dropout."""
    is_training = vador.training
    vador.eval()
    score_N: Tensor = vador(tokens_NTD).probability_C
    vador.train(is_training)
    return score_N
