"""A language model that sees: a causal LLM whose video tokens come from the adaptor, with greedy batched answering.

The LLM is a small one trained here or a frozen pretrained one; it needs `config`, `get_input_embeddings()`,
`get_output_embeddings()`, `get_decoder()` and a `forward` as transformers' causal LMs have them.

Dimensions: B conversations, T positions, V video tokens of a conversation, H width of the LLM, E edges of slots,
A answer tokens that bear a loss, W words of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import DynamicCache

from ml.model.adaptor import Adaptor, ShownWindows
from ml.text.prompts import Speech

IGNORED = -100
_TIME_SIGMA = 0.5
"""Spread of the target of a time token, in slots."""


@dataclass(frozen=True)
class Answer:
    """What the model said."""

    ids: tuple[int, ...]
    """Without what ends an answer."""
    has_ended: bool
    """False when it was cut off at the longest length."""
    first_logits_W: Tensor
    """Logits of the first word: yes against no is read from them."""
    certainty: float
    """Geometric mean of the probabilities of its tokens, the end included."""


@dataclass(frozen=True)
class SummedLoss:
    """A loss as a sum and what to divide it by, so that parts of a batch add up to the whole."""

    total: Tensor
    weight: Tensor

    @property
    def mean(self) -> Tensor:
        """The loss of this part alone."""
        return self.total / self.weight


class VideoLanguageModel(nn.Module):
    """The LLM and its adaptor.

    Args:
        llm: a causal language model of transformers, or one with its interface.
        adaptor: video tokens and anomaly prompt -> embeddings of the LLM.
        speech: its tokenizer; the placeholders' embeddings are replaced by the adaptor's tokens.
        has_autocast: run the LLM's matrices in bfloat16, whatever the trained weights are kept in.
    """

    def __init__(self, llm: nn.Module, adaptor: Adaptor, speech: Speech, *, has_autocast: bool = False) -> None:
        super().__init__()
        self.llm: Any = llm
        self.adaptor = adaptor
        self.video_token_id, self.pad_id = speech.video_token_id, speech.pad_id
        self.time_ids, self.stops = speech.time_ids, speech.stops
        self.has_autocast = has_autocast

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.adaptor.parameters()).device

    def embedded(self, ids_BT: Tensor, shown: ShownWindows, hidden_B2: Tensor | None = None) -> Tensor:
        """[B, T, H] embeddings in which the adaptor's tokens stand at the video placeholders."""
        embedding: nn.Module = self.llm.get_input_embeddings()
        # Placeholders and padding may lie outside the vocabulary: the one is replaced, the other never looked at.
        words_BTH: Tensor = embedding(ids_BT.clamp_min(0))
        edges_EH = embedding(torch.tensor(self.time_ids, device=ids_BT.device)) if self.time_ids else None
        video_BVH = self.adaptor(shown, edges_EH, hidden_B2)
        is_video_BT = ids_BT == self.video_token_id
        if not bool((is_video_BT.sum(dim=1) == video_BVH.shape[1]).all()):
            raise ValueError(f"each conversation needs exactly {video_BVH.shape[1]} video placeholders")
        return words_BTH.masked_scatter(is_video_BT[:, :, None], video_BVH.to(words_BTH.dtype))

    def forward(
        self,
        ids_BT: Tensor,
        labels_BT: Tensor,
        shown: ShownWindows,
        hidden_B2: Tensor | None = None,
        time_weight: float = 1.0,
    ) -> SummedLoss:
        """Cross-entropy of the answers' tokens; right-padded ids [B, T], labels `IGNORED` at the human's turn.

        Time tokens count `time_weight` times: they are few, and they are what is hard to tell.
        """
        surprise_AW, labels_A = self._surprise(ids_BT, labels_BT, shown, hidden_B2)
        losses_A = surprise_AW.gather(1, labels_A[:, None])[:, 0]
        weights_A = torch.ones_like(losses_A)
        if self.time_ids:
            times_E = torch.tensor(self.time_ids, device=labels_A.device)
            is_time_A = torch.isin(labels_A, times_E)
            losses_A = torch.where(is_time_A, _near_misses(surprise_AW[:, times_E], labels_A, times_E), losses_A)
            weights_A = torch.where(is_time_A, time_weight, 1.0)
        return SummedLoss((losses_A * weights_A).sum(), weights_A.sum())

    def answer_log_likelihood(self, ids_BT: Tensor, labels_BT: Tensor, shown: ShownWindows) -> Tensor:
        """[B] mean log-probability of a token of each answer: what preference losses compare."""
        surprise_AW, labels_A = self._surprise(ids_BT, labels_BT, shown, None)
        row_A = (labels_BT[:, 1:] != IGNORED).nonzero()[:, 0]
        told_A = -surprise_AW.gather(1, labels_A[:, None])[:, 0]
        sums_B = told_A.new_zeros(len(ids_BT)).index_add(0, row_A, told_A)
        return sums_B / torch.bincount(row_A, minlength=len(ids_BT))

    def _surprise(
        self, ids_BT: Tensor, labels_BT: Tensor, shown: ShownWindows, hidden_B2: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """[A, W] minus log-probability of every word at every answer token, and [A] the tokens, row by row."""
        is_answer_BT = labels_BT[:, 1:] != IGNORED
        with self._arithmetic():
            embedded_BTH = self.embedded(ids_BT, shown, hidden_B2)
            mask_BT = (ids_BT != self.pad_id).long()
            output = self.llm.get_decoder()(inputs_embeds=embedded_BTH, attention_mask=mask_BT, use_cache=False)
            # The head runs at the answers alone: most positions are video tokens, and the vocabulary is the widest
            # matrix.
            answers_AH = output.last_hidden_state[:, :-1][is_answer_BT]
            logits_AW = self.llm.get_output_embeddings()(answers_AH)
        return -logits_AW.float().log_softmax(dim=1), labels_BT[:, 1:][is_answer_BT]

    @torch.inference_mode()
    def answers(self, prompts: Sequence[Sequence[int]], shown: ShownWindows, *, max_new_tokens: int) -> list[Answer]:
        """Greedy answers to a batch of prompts, one window each, with a key-value cache."""
        ids_BT = _left_padded(prompts, self.pad_id).to(self.device)
        mask_BT = (ids_BT != self.pad_id).long()
        positions_BT = (mask_BT.cumsum(dim=1) - 1).clamp_min(0)
        cache = DynamicCache(config=self.llm.config)
        said_BT = ids_BT.new_zeros(len(prompts), 0)
        first_BW: Tensor | None = None
        has_ended_B = torch.zeros(len(prompts), dtype=torch.bool, device=self.device)
        told_B, tokens_B = (torch.zeros(len(prompts), device=self.device) for _ in range(2))
        with self._arithmetic():
            embedded_BTH = self.embedded(ids_BT, shown.to(self.device))
            for _ in range(max_new_tokens):
                output = self.llm(
                    inputs_embeds=embedded_BTH,
                    attention_mask=mask_BT,
                    position_ids=positions_BT,
                    past_key_values=cache,
                    use_cache=True,
                    logits_to_keep=1,
                )
                logits_BW = output.logits[:, -1].float()
                first_BW = logits_BW if first_BW is None else first_BW
                highest_B, best_B = logits_BW.max(dim=1)
                told_B += torch.where(has_ended_B, 0.0, highest_B - logits_BW.logsumexp(dim=1))
                tokens_B += (~has_ended_B).float()
                next_B = torch.where(has_ended_B, self.stops[0][-1], best_B)
                said_BT = torch.cat([said_BT, next_B[:, None]], dim=1)
                has_ended_B = has_ended_B | _ends_with(said_BT, self.stops)
                if bool(has_ended_B.all()):
                    break
                embedded_BTH = self.llm.get_input_embeddings()(next_B[:, None])
                mask_BT = torch.cat([mask_BT, mask_BT.new_ones(len(prompts), 1)], dim=1)
                positions_BT = positions_BT[:, -1:] + 1
        if first_BW is None:
            raise ValueError("max_new_tokens must be at least 1")
        rows = zip(said_BT.tolist(), first_BW.cpu(), (told_B / tokens_B).exp().tolist(), strict=True)
        return [_answer(row, self.stops, first_W, certainty) for row, first_W, certainty in rows]

    def _arithmetic(self) -> torch.autocast:
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.has_autocast)


def _near_misses(surprise_AE: Tensor, labels_A: Tensor, times_E: Tensor) -> Tensor:
    """[A] cross-entropy against a target that leaves some belief to the edges beside the true one.

    Pointing one slot too far is a smaller mistake than pointing anywhere; a plain cross-entropy does not know.
    """
    places_E = torch.arange(len(times_E), device=labels_A.device, dtype=torch.float32)
    true_A = (labels_A[:, None] == times_E[None]).float() @ places_E
    target_AE = torch.softmax(-((places_E[None] - true_A[:, None]) ** 2) / (2 * _TIME_SIGMA**2), dim=1)
    return (target_AE * surprise_AE).sum(dim=1)


def _left_padded(prompts: Sequence[Sequence[int]], pad_id: int) -> Tensor:
    longest = max(len(prompt) for prompt in prompts)
    return torch.tensor([[pad_id] * (longest - len(prompt)) + list(prompt) for prompt in prompts])


def _ends_with(said_BT: Tensor, stops: Sequence[Sequence[int]]) -> Tensor:
    """[B] whether a row's last tokens are one of `stops`."""
    ends_B = torch.zeros(len(said_BT), dtype=torch.bool, device=said_BT.device)
    for stop in stops:
        if said_BT.shape[1] >= len(stop):
            tail_BT = said_BT[:, said_BT.shape[1] - len(stop) :]
            ends_B = ends_B | (tail_BT == torch.tensor(list(stop), device=said_BT.device)).all(dim=1)
    return ends_B


def _answer(row: Sequence[int], stops: Sequence[Sequence[int]], first_W: Tensor, certainty: float) -> Answer:
    """One row up to the first thing that ends an answer; of two that end at one place, the longer is cut off."""
    for end in range(1, len(row) + 1):
        ended = [len(stop) for stop in stops if len(stop) <= end and tuple(row[end - len(stop) : end]) == tuple(stop)]
        if ended:
            return Answer(tuple(row[: end - max(ended)]), True, first_W, certainty)
    return Answer(tuple(row), False, first_W, certainty)
