"""What a step draws is the same however many processes share it, and preferences move the answers they compare."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
import torch

from annotation_templates.loading import load_template
from ml.model.language import VideoLanguageModel
from ml.model.scratch_language import scratch_language
from ml.profiles.language import LanguageProfile
from ml.text.instructions import KnownVideo, write_instructions
from ml.text.preferences import write_preferences
from ml.training.phase3 import step_gradients
from ml.training.phase3_general import GeneralLessons
from ml.training.phase3_lessons import Lessons, lessons_of
from ml.training.preference_loss import odds_ratio_losses
from tests.ml.scored_videos import WIDTH, training_set

PROFILE = LanguageProfile(
    hidden_size=32, layers=1, heads=2, intermediate_size=48, slots=4, draws=2, batch_size=6, preference_weight=0.5
)
TEMPLATE = load_template("surveillance")


def made(profile: LanguageProfile = PROFILE) -> tuple[VideoLanguageModel, Lessons]:
    """A model and lessons in which every person changed a draft."""
    videos = []
    for training, scored in training_set():
        edited = tuple(replace(segment, draft="A dog barks.") for segment in training.segments)
        videos.append((replace(training, segments=edited), scored))
    known = [KnownVideo(training, scored.scores, scored.segments) for training, scored in videos]
    instructions = write_instructions(known, TEMPLATE, profile, 0)
    pairs = write_preferences(known, TEMPLATE, profile)
    texts = {text for i in instructions for text in (i.question, i.answer)} | {"A dog barks."}
    torch.manual_seed(0)
    model, tokenizer = scratch_language(texts, profile, token_dim=WIDTH)
    return model, lessons_of(
        instructions, pairs, [scored for _, scored in videos], GeneralLessons(), tokenizer, profile
    )


def test_shares_of_a_batch_are_the_rows_of_the_whole() -> None:
    _, lessons = made()

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


def test_a_preference_loss_is_added_to_the_cross_entropy_at_its_weight() -> None:
    model, lessons = made()
    model.eval()
    with torch.no_grad():
        batch = lessons.drawn(rng := random.Random("0|3"), torch.Generator().manual_seed(3), range(6))
        plain = model(batch.ids_BT, batch.labels_BT, batch.shown, batch.hidden_B2, PROFILE.time_weight).mean
        compared = lessons.compared(rng, range(1), 1)
        likelihood_B = model.answer_log_likelihood(compared.ids_BT, compared.labels_BT, compared.shown)
        preferred = odds_ratio_losses(*likelihood_B.chunk(2)).sum()

    assert step_gradients(model, lessons, seed=0, step=3) == pytest.approx(float(plain + 0.5 * preferred), rel=1e-5)


def test_likelihoods_are_means_over_the_tokens_of_each_answer() -> None:
    model, lessons = made()
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
    model, lessons = made()
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
    model, lessons = made(replace(PROFILE, preference_weight=0.0))
    _, without = made(replace(PROFILE, preference_weight=0.0))

    assert step_gradients(model.eval(), lessons, seed=0, step=0) == pytest.approx(
        step_gradients(model, replace(without, pairs=()), seed=0, step=0)
    )
