"""The small language model that is trained from scratch: a Llama of a few layers whose time tokens start as waves.

Dimensions: E edges of slots, H width of the LLM, W words of the vocabulary, F waves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, LlamaConfig

from ml.model.adaptor import Adaptor
from ml.model.language import VideoLanguageModel
from ml.profiles.language import LanguageProfile
from ml.text.tokenizer import VideoTokenizer

_MAX_POSITIONS = 1024
_EMBEDDING_STD = 0.1


def scratch_language(
    texts: Iterable[str], profile: LanguageProfile, *, token_dim: int
) -> tuple[VideoLanguageModel, VideoTokenizer]:
    """A new small model, its weights from torch's random state, with a tokenizer trained on `texts`."""
    tokenizer = VideoTokenizer.train(
        texts, vocabulary_size=profile.vocabulary_size, slots=profile.slots, verdicts=profile.spoken.verdicts
    )
    llm = build_llm(
        vocabulary_size=tokenizer.size,
        hidden_size=profile.hidden_size,
        layers=profile.layers,
        heads=profile.heads,
        intermediate_size=profile.intermediate_size,
        pad_id=tokenizer.pad_id,
        end_id=tokenizer.end_id,
    )
    spread_times(llm, tokenizer.time_ids)
    adaptor = Adaptor(token_dim, profile.hidden_size, score_tokens=profile.score_tokens)
    return VideoLanguageModel(llm, adaptor, tokenizer), tokenizer


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
