"""A step adds the preference loss to the cross-entropy, and moves the answers that it compares."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
import torch

from ml.profiles.language import LanguageProfile
from ml.training.phase3_step import learning_rate, step_gradients
from ml.training.preference_loss import odds_ratio_losses
from tests.ml.lessons import LESSONS_PROFILE, model_and_lessons


def test_a_preference_loss_is_added_to_the_cross_entropy_at_its_weight() -> None:
    model, lessons = model_and_lessons()
    model.eval()
    with torch.no_grad():
        batch = lessons.drawn(rng := random.Random("0|3"), torch.Generator().manual_seed(3), range(6))
        plain = model(batch.ids_BT, batch.labels_BT, batch.shown, batch.hidden_B2, LESSONS_PROFILE.time_weight).mean
        compared = lessons.compared(rng, range(1), 1)
        likelihood_B = model.answer_log_likelihood(compared.ids_BT, compared.labels_BT, compared.shown)
        preferred = odds_ratio_losses(*likelihood_B.chunk(2)).sum()

    assert step_gradients(model, lessons, seed=0, step=3) == pytest.approx(float(plain + 0.5 * preferred), rel=1e-5)


def test_likelihoods_are_means_over_the_tokens_of_each_answer() -> None:
    model, lessons = model_and_lessons()
    model.eval()
    batch = lessons.compared(random.Random(0), range(2), 2)

    likelihood_B = model.answer_log_likelihood(batch.ids_BT, batch.labels_BT, batch.shown)

    assert batch.ids_BT.shape[0] == 4
    for row in range(4):
        one = model.answer_log_likelihood(
            batch.ids_BT[[row]], batch.labels_BT[[row]], replace(batch.shown, **{
                name: getattr(batch.shown, name)[[row]] for name in ("tokens_BSGD", "prompt_BSGD", "scores_BSK")
            }),
        )  # fmt: skip
        assert likelihood_B[row].item() == pytest.approx(one.item(), abs=1e-5)
        assert likelihood_B[row].item() < -math.log(2)


def test_training_on_pairs_makes_the_persons_sentence_likelier_than_the_draft() -> None:
    model, lessons = model_and_lessons()
    batch = lessons.compared(random.Random(5), range(8), 8)

    def margin() -> float:
        with torch.no_grad():
            chosen_B, rejected_B = model.answer_log_likelihood(batch.ids_BT, batch.labels_BT, batch.shown).chunk(2)
        return float((chosen_B - rejected_B).mean())

    before = margin()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for step in range(10):
        optimizer.zero_grad()
        step_gradients(model, lessons, seed=0, step=step)
        optimizer.step()

    assert margin() > before + 0.5


def test_without_a_weight_no_pair_is_drawn() -> None:
    model, lessons = model_and_lessons(replace(LESSONS_PROFILE, preference_weight=0.0))
    _, without = model_and_lessons(replace(LESSONS_PROFILE, preference_weight=0.0))

    assert step_gradients(model.eval(), lessons, seed=0, step=0) == pytest.approx(
        step_gradients(model, replace(without, pairs=()), seed=0, step=0)
    )


def test_the_learning_rate_warms_up_and_falls_to_a_tenth() -> None:
    profile = LanguageProfile(steps=100, warmup_steps=10, learning_rate=1.0)

    assert learning_rate(0, profile) == pytest.approx(0.1)
    assert learning_rate(9, profile) == pytest.approx(1.0)
    assert learning_rate(55, profile) == pytest.approx(0.55)
    assert learning_rate(100, profile) == pytest.approx(0.1)
