"""Contradictions in the language half of a profile are refused by name."""

from __future__ import annotations

import pytest

from ml.profiles.language import LanguageProfile


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"hidden_size": 100, "heads": 3}, "language.hidden_size 100 is not a multiple of its heads 3"),
        ({"slots": 0}, "language.slots must be at least 1, not 0"),
        ({"steps": 0}, "language.steps must be at least 1, not 0"),
        ({"modality_dropout": 1.0}, r"language.modality_dropout must lie in \[0, 1\), not 1.0"),
    ],
)
def test_a_contradiction_is_named(values: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LanguageProfile(**values)  # type: ignore[arg-type]
