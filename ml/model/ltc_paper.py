"""Long-term context, mode `paper`: separate lists, softmax attention, one fused feature.

Dimensions: B videos, C clips, N real clips of a batch, M members, Q queries, D width, K = Q * D values of what a member
sees in a clip (x of the paper, the output of the video Q-Former).

Section 1.2 of Lv and Sun (arXiv 2401.05702): the normal list holds the clips with the K lowest raw scores of the
strict past, the abnormal list those with the K highest, the history the last K clips; each is retrieved by attention
with the clip as query and the list as keys and values; x~ = x + w_n n + w_a a + w_h h (equation 3) goes to the same
predictor. What the paper leaves open is chosen here:
- Attention is a softmax over the list of sqrt(D) times the cosine. For tokens of unit variance, as a LayerNorm leaves
  them, that is the scaled dot product of the clip's tokens, averaged over its queries; and it does not become a hard
  choice where features are larger than that, as an ensemble's sums are.
- A list of K holds K clips. Of clips with equal scores the earlier ones are listed. While a video has fewer than 2K
  clips, one clip may be in both lists. An empty list adds nothing.
- w is made from what was retrieved, by one net for each list, and has a value for each of the D: w_n = W_n(n). The nets
  start at 0, so phase 2 starts exactly at the phase 1 model.
- A clip is listed by the raw score it got when it was seen. In an ensemble each member retrieves from its own features,
  with lists made from the members' mean score.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ml.model.branches import BranchOutputs
from ml.model.ltc_attention import NORM_FLOOR, Stretch, softmax_weights
from ml.model.ltc_lists import best_past_mask, listing
from ml.model.ltc_net import LtcNet
from ml.model.ltc_reference import block_clips
from ml.model.ltc_state import LtcState, listed_clips, state_after
from ml.model.vador import Vador, VadorOutput


@dataclass(frozen=True)
class PaperContext:
    """What each clip retrieves for each member: [M, C, K]."""

    normal: Tensor
    abnormal: Tensor
    history: Tensor

    @property
    def all(self) -> tuple[Tensor, Tensor, Tensor]:
        """Normal, abnormal, history."""
        return self.normal, self.abnormal, self.history


@torch.no_grad()
def stream_context(
    state: LtcState | None, x_MCK: Tensor, score_C: Tensor, *, list_length: int, history: int, scale: float
) -> tuple[PaperContext, LtcState]:
    """Context of the next stretch of clips, in linear time, and the state after it.

    Args:
        state: what is remembered of the clips before; None at the start of a video.
        x_MCK: what each member sees.
        score_C: the raw branch's probability of abnormal.
        list_length, history: see `ml.profiles.sections.LtcProfile`.
        scale: cosines are multiplied by it before the softmax.
    """
    state = state or LtcState.empty(x_MCK, history)
    context = PaperContext(*(torch.empty_like(x_MCK) for _ in range(3)))
    step = block_clips(x_MCK.shape[0] * x_MCK.shape[2])
    for first in range(0, len(score_C), step):
        block = slice(first, first + step)
        out = PaperContext(*(whole[:, block] for whole in context.all))
        state = _block(state, x_MCK[:, block], score_C[block], out, list_length, scale)
    return context, state


def _block(
    state: LtcState, x_MCK: Tensor, score_C: Tensor, out: PaperContext, list_length: int, scale: float
) -> LtcState:
    """Fill `out` with a block's context; the state after it."""
    scores = score_C.float().cpu().numpy()
    abnormal = listing(state.held.abnormal_score_A, scores, length=list_length, is_strict=False)
    normal = listing(state.held.normal_score_N, -scores, length=list_length, is_strict=False)
    listed = listed_clips(state.held, x_MCK, abnormal, normal)
    stretch = Stretch(x_MCK, state.history_MHK, state.clips, listed.vector_MVK)
    weigh = softmax_weights(scale)
    stretch.of_listed(listed.is_listed_CV & ~listed.is_abnormal_V, weigh, out.normal)
    stretch.of_listed(listed.is_listed_CV & listed.is_abnormal_V, weigh, out.abnormal)
    stretch.of_history(weigh, out.history, with_current=False)
    return state_after(state, x_MCK, abnormal, normal)


def full_length_context(
    x_MCK: Tensor, score_C: Tensor, *, list_length: int, history: int, scale: float
) -> PaperContext:
    """Context of a whole video at once: quadratic in C, so for training on short stretches and for tests."""
    unit_MCK = x_MCK / x_MCK.norm(dim=-1, keepdim=True).clamp_min(NORM_FLOOR)
    cosine_MCC = unit_MCK @ unit_MCK.transpose(1, 2)
    place_C = torch.arange(len(score_C), device=score_C.device)
    distance_CC = place_C[:, None] - place_C
    masks = (
        best_past_mask(-score_C[None], list_length)[0],
        best_past_mask(score_C[None], list_length)[0],
        (distance_CC >= 1) & (distance_CC <= history),
    )
    weigh, no_norm = softmax_weights(scale), unit_MCK.new_ones(())
    return PaperContext(*(weigh(cosine_MCC, no_norm, mask_CC) @ x_MCK for mask_CC in masks))


class PaperLtc(nn.Module):
    """One net for each list, and the fused feature that they make."""

    def __init__(self, *, dim: int, hidden: int, list_length: int, history: int) -> None:
        super().__init__()
        self.normal, self.abnormal, self.history = (LtcNet(dim, hidden) for _ in range(3))
        self.list_length, self.history_length, self.scale = list_length, history, dim**0.5

    def stream(self, vador: Vador, tokens_CTD: Tensor, state: LtcState | None) -> tuple[BranchOutputs, LtcState]:
        """All branches of the next stretch of a video (state None: of its first), and the state after it."""
        x_CMQD = vador.features(tokens_CTD)
        raw = vador.predicted(x_CMQD)
        context, state = stream_context(
            state,
            members_first(x_CMQD),
            raw.probability_C,
            list_length=self.list_length,
            history=self.history_length,
            scale=self.scale,
        )
        return self.branches(vador, x_CMQD, context, raw), state

    def full_length(self, vador: Vador, tokens_BCTD: Tensor, is_clip_BC: Tensor) -> BranchOutputs:
        """All branches of whole videos, of their N real clips (padding comes last), with gradients."""
        tokens_NTD = tokens_BCTD[is_clip_BC]
        x_NMQD = vador.features(tokens_NTD)
        with torch.no_grad():
            seen_NMQD = x_NMQD.detach() if vador.dropout.p == 0 else _without_dropout(vador, tokens_NTD)
            score_N = vador.predicted(seen_NMQD).probability_C
            parts = list(self._of_videos(members_first(seen_NMQD), score_N, is_clip_BC.sum(1).tolist()))
        context = PaperContext(*(torch.cat(of_list, 1) for of_list in zip(*(part.all for part in parts), strict=True)))
        return self.branches(vador, x_NMQD, context, vador.predicted(x_NMQD))

    def branches(self, vador: Vador, x_CMQD: Tensor, context: PaperContext, raw: VadorOutput) -> BranchOutputs:
        """The raw branch and the fused one, whose feature x~ is the prompt beside x (section 1.2).

        The lists are made from raw scores, so phase 2 keeps teaching the raw branch too.
        """
        retrieved = [of_list.transpose(0, 1).reshape(x_CMQD.shape) for of_list in context.all]
        fused = vador.predicted(merged(x_CMQD, retrieved, [self.normal, self.abnormal, self.history]))
        return BranchOutputs(
            raw=raw,
            long=fused,
            short=fused,
            scored=(fused,),
            taught=(raw, fused),
            tokens_CQD=raw.tokens_CMQD.flatten(1, 2),
            prompt_CQD=fused.tokens_CMQD.flatten(1, 2),
        )

    def _of_videos(self, x_MNK: Tensor, score_N: Tensor, clips: list[int]) -> Iterator[PaperContext]:
        for x_MCK, score_C in zip(torch.split(x_MNK, clips, 1), torch.split(score_N, clips), strict=True):
            yield full_length_context(
                x_MCK, score_C, list_length=self.list_length, history=self.history_length, scale=self.scale
            )


def merged(x: Tensor, retrieved: list[Tensor], nets: list[LtcNet]) -> Tensor:
    """x~ of equation 3: each retrieved token is weighted, value by value, by its list's net. Any shape [..., D]."""
    for token, net in zip(retrieved, nets, strict=True):
        x = x + net(token) * token
    return x


def members_first(x_CMQD: Tensor) -> Tensor:
    """[M, C, K]"""
    return x_CMQD.flatten(2).transpose(0, 1).contiguous()


def _without_dropout(vador: Vador, tokens_NTD: Tensor) -> Tensor:
    is_training = vador.training
    vador.eval()
    seen_NMQD = vador.features(tokens_NTD)
    vador.train(is_training)
    return seen_NMQD
