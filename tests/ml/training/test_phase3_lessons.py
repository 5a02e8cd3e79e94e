"""What a step draws is the same however many processes share it, and labels cover the answers alone."""

from __future__ import annotations

import random

import torch

from tests.ml.lessons import model_and_lessons


def test_shares_of_a_batch_are_the_rows_of_the_whole() -> None:
    _, lessons = model_and_lessons()

    def drawn(share: range) -> list[tuple[torch.Tensor, ...]]:
        batch = lessons.drawn(random.Random(1), torch.Generator().manual_seed(1), share)
        return [
            (ids_T[ids_T != lessons.speech.pad_id], tokens_SGD, scores_SK, hidden_2)
            for ids_T, tokens_SGD, scores_SK, hidden_2 in zip(
                batch.ids_BT, batch.shown.tokens_BSGD, batch.shown.scores_BSK, batch.hidden_B2, strict=True
            )
        ]

    whole = drawn(range(6))
    for first in (0, 1):
        for row, place in zip(drawn(range(first, 6, 2)), range(first, 6, 2), strict=True):
            assert all(torch.equal(a, b) for a, b in zip(row, whole[place], strict=True))
