"""A language model that sees: a causal LLM whose video tokens come from the adaptor, with greedy batched answering.

Dimensions: B conversations, T positions, V video tokens of a conversation, H width of the LLM, E edges of slots,
A answer tokens that bear a loss, W words of the vocabulary.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, DynamicCache, LlamaConfig

from ml.model.adaptor import Adaptor, ShownWindows

IGNORED = -100
_MAX_POSITIONS = 1024
_EMBEDDING_STD = 0.1
_TIME_SIGMA = 0.5
"""Spread of the target of a time token, in slots."""


@dataclass(frozen=True)
class Answer:
    """What the model said."""

    ids: tuple[int, ...]
    """Without the end token."""
    has_ended: bool
    """False when it was cut off at the longest length."""
    first_logits_W: Tensor
    """Logits of the first word: yes against no is read from them."""


class VideoLanguageModel(nn.Module):
    """The LLM and its adaptor.

    Args:
        llm: a causal language model of transformers.
        adaptor: video tokens and anomaly prompt -> embeddings of the LLM.
        video_token_id: the placeholder whose embeddings the adaptor's tokens replace.
        time_ids: ids of the time tokens, in order.
        pad_id: id that pads a batch.
    """

    def __init__(
        self, llm: nn.Module, adaptor: Adaptor, *, video_token_id: int, time_ids: Sequence[int], pad_id: int
    ) -> None:
        super().__init__()
        self.llm = llm
        self.adaptor = adaptor
        self.video_token_id = video_token_id
        self.time_ids = tuple(time_ids)
        self.pad_id = pad_id

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    def embedded(self, ids_BT: Tensor, shown: ShownWindows, hidden_B2: Tensor | None = None) -> Tensor:
        """[B, T, H] embeddings in which the adaptor's tokens stand at the video placeholders."""
        embedding: nn.Module = self.llm.get_input_embeddings()  # type: ignore[operator]
        words_BTH: Tensor = embedding(ids_BT)
        edges_EH = embedding(torch.tensor(self.time_ids, device=ids_BT.device))
        video_BVH = self.adaptor(shown, edges_EH, hidden_B2)
        is_video_BT = ids_BT == self.video_token_id
        if int(is_video_BT.sum()) != video_BVH.shape[0] * video_BVH.shape[1]:
            raise ValueError(f"each conversation needs exactly {video_BVH.shape[1]} video placeholders")
        return words_BTH.masked_scatter(is_video_BT[:, :, None], video_BVH.to(words_BTH.dtype))

    def forward(
        self,
        ids_BT: Tensor,
        labels_BT: Tensor,
        shown: ShownWindows,
        hidden_B2: Tensor | None = None,
        time_weight: float = 1.0,
    ) -> Tensor:
        """Mean cross-entropy of the answers' tokens; right-padded ids [B, T], labels `IGNORED` at the human's turn.

        Time tokens count `time_weight` times: they are few, and they are what is hard to tell.
        """
        embedded_BTH = self.embedded(ids_BT, shown, hidden_B2)
        mask_BT = (ids_BT != self.pad_id).long()
        output = self.llm.model(inputs_embeds=embedded_BTH, attention_mask=mask_BT, use_cache=False)  # type: ignore[operator]
        is_answer_BT = labels_BT[:, 1:] != IGNORED
        # The head runs at the answers alone: most positions are video tokens, and the vocabulary is the widest matrix.
        answers_AH = output.last_hidden_state[:, :-1][is_answer_BT]
        logits_AW = self.llm.get_output_embeddings()(answers_AH)  # type: ignore[operator]
        labels_A = labels_BT[:, 1:][is_answer_BT]
        surprise_AW = -logits_AW.float().log_softmax(dim=1)
        losses_A = surprise_AW.gather(1, labels_A[:, None])[:, 0]
        times_E = torch.tensor(self.time_ids, device=labels_A.device)
        is_time_A = torch.isin(labels_A, times_E)
        losses_A = torch.where(is_time_A, _near_misses(surprise_AW[:, times_E], labels_A, times_E), losses_A)
        weights_A = torch.where(is_time_A, time_weight, 1.0)
        return (losses_A * weights_A).sum() / weights_A.sum()

    @torch.inference_mode()
    def answers(
        self, prompts: Sequence[Sequence[int]], shown: ShownWindows, *, end_id: int, max_new_tokens: int
    ) -> list[Answer]:
        """Greedy answers to a batch of prompts, one window each, with a key-value cache."""
        ids_BT = _left_padded(prompts, self.pad_id).to(self.device)
        mask_BT = (ids_BT != self.pad_id).long()
        positions_BT = (mask_BT.cumsum(dim=1) - 1).clamp_min(0)
        embedded_BTH = self.embedded(ids_BT, shown.to(self.device))
        cache = DynamicCache(config=self.llm.config)
        said: list[Tensor] = []
        first_BW: Tensor | None = None
        has_ended_B = torch.zeros(len(prompts), dtype=torch.bool, device=self.device)
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
            next_B = torch.where(has_ended_B, end_id, logits_BW.argmax(dim=1))
            said.append(next_B)
            has_ended_B = has_ended_B | (next_B == end_id)
            if bool(has_ended_B.all()):
                break
            embedded_BTH = self.llm.get_input_embeddings()(next_B[:, None])  # type: ignore[operator]
            mask_BT = torch.cat([mask_BT, mask_BT.new_ones(len(prompts), 1)], dim=1)
            positions_BT = positions_BT[:, -1:] + 1
        return _collected(said, first_BW, end_id)


def build_llm(
    *, vocabulary_size: int, hidden_size: int, layers: int, heads: int, intermediate_size: int, pad_id: int, end_id: int
) -> nn.Module:
    """A small Llama with random weights and tied embeddings."""
    config = LlamaConfig(
        vocab_size=vocabulary_size,
        hidden_size=hidden_size,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        intermediate_size=intermediate_size,
        max_position_embeddings=_MAX_POSITIONS,
        tie_word_embeddings=True,
        pad_token_id=pad_id,
        bos_token_id=None,
        eos_token_id=end_id,
    )
    llm: nn.Module = AutoModelForCausalLM.from_config(config, attn_implementation="sdpa")
    # Video tokens are sums of a projection and time embeddings: words of the same size keep the two in balance.
    nn.init.normal_(llm.get_input_embeddings().weight, std=_EMBEDDING_STD)  # type: ignore[operator]
    return llm


def spread_times(llm: nn.Module, time_ids: Sequence[int]) -> None:
    """Gives the time tokens embeddings in which neighbours are alike: waves of several lengths over the window.

    A model that learns from a few hundred windows then knows from the start that `<t4>` lies between `<t3>` and `<t5>`.
    """
    weight_WH: Tensor = llm.get_input_embeddings().weight  # type: ignore[operator]
    half = weight_WH.shape[1] // 2
    places_E1 = torch.arange(len(time_ids), dtype=torch.float32)[:, None] / max(1, len(time_ids) - 1)
    waves_1F = torch.linspace(0.5, len(time_ids) / 2, half)[None] * math.pi
    phases_EH = torch.cat([torch.sin(places_E1 * waves_1F), torch.cos(places_E1 * waves_1F)], dim=1)
    with torch.no_grad():
        rows_EH = torch.zeros(len(time_ids), weight_WH.shape[1])
        rows_EH[:, : 2 * half] = phases_EH * _EMBEDDING_STD * math.sqrt(2)
        weight_WH[torch.tensor(list(time_ids))] = rows_EH.to(weight_WH)


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


def _collected(said: Sequence[Tensor], first_BW: Tensor | None, end_id: int) -> list[Answer]:
    if first_BW is None:
        raise ValueError("max_new_tokens must be at least 1")
    answers = []
    for row, first_W in zip(torch.stack(list(said), dim=1).tolist(), first_BW.cpu(), strict=True):
        has_ended = end_id in row
        answers.append(Answer(tuple(row[: row.index(end_id)] if has_ended else row), has_ended, first_W))
    return answers
