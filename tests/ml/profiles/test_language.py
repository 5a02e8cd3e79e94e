"""Contradictions in the language half of a profile are refused by name."""

from __future__ import annotations

import pytest

from ml.profiles.language import LanguageProfile


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"hidden_size": 100, "heads": 3}, "language.hidden_size 100 is not a multiple of its heads 3"),
        ({"slots": 0}, "language.slots must be at least 1, not 0"),
        ({"shows_clips": True, "slots": 2}, "language.slots must be 1, not 2"),
        ({"steps": 0}, "language.steps must be at least 1, not 0"),
        ({"speaks": "fr"}, "language.speaks must be one of en, zh-Hans, not 'fr'"),
        ({"trained": "adaptor"}, "llm scratch has nothing to keep frozen: language.trained must be all"),
        ({"dtype": "bfloat16"}, "llm scratch is small: dtype float32"),
        ({"llm": "pretrained"}, "llm pretrained needs language.weights: a folder or a hub id"),
        ({"llm": "pretrained", "weights": "x", "quantization": "4bit"}, "4-bit weights cannot be trained"),
        ({"general_path": "x.jsonl"}, r"general_share, in \[0, 1\), and language.general_path go together"),
        ({"preference_weight": -0.1}, "language.preference_weight must be 0 or more, not -0.1"),
        ({"learning_rate": float("inf")}, "language.learning_rate must be 0 or more, not inf"),
        ({"heads": 0}, "language.heads must be at least 1, not 0"),
        ({"max_new_tokens": 0}, "language.max_new_tokens must be at least 1, not 0"),
        ({"lora_rank": 0}, "language.lora_rank must be at least 1, not 0"),
        ({"modality_dropout": 1.0}, r"language.modality_dropout must lie in \[0, 1\), not 1.0"),
    ],
)
def test_a_contradiction_is_named(values: dict[str, float | str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LanguageProfile(**values)  # type: ignore[arg-type]
