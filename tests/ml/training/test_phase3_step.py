"""A step adds the preference loss to the cross-entropy, and moves the answers that it compares."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig, OPTConfig, PreTrainedConfig
from transformers.modeling_layers import GradientCheckpointingLayer

from ml.model.pretrained_language import pretrained_language
from ml.profiles.language import LanguageProfile
from ml.training.phase3_step import learning_rate, set_learning, step_gradients
from ml.training.preference_loss import odds_ratio_losses
from tests.ml.lessons import LESSONS_PROFILE, model_and_lessons
from tests.ml.small_models import TEXT, small_tokenizer


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


WITH_DROPOUT = {
    "llama": LlamaConfig(**TEXT, attention_dropout=0.5),
    "gpt2": GPT2Config(
        vocab_size=TEXT["vocab_size"], n_embd=32, n_layer=2, n_head=4, resid_pdrop=0.5, embd_pdrop=0.5, attn_pdrop=0.5,
        bos_token_id=1, eos_token_id=2,
    ),
    "opt": OPTConfig(
        **{**TEXT, "num_hidden_layers": 2}, ffn_dim=48, word_embed_proj_dim=32, dropout=0.5, attention_dropout=0.5,
    ),
}  # fmt: skip


@pytest.mark.parametrize("has_checkpoints", [False, True])
@pytest.mark.parametrize("config", WITH_DROPOUT.values(), ids=WITH_DROPOUT)
def test_a_wholly_frozen_language_model_drops_nothing_out(
    tmp_path: Path, config: PreTrainedConfig, has_checkpoints: bool
) -> None:
    profile = LanguageProfile(
        llm="pretrained", weights="llm", trained="adaptor", gradient_checkpointing=has_checkpoints
    )
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path / "llm")
    small_tokenizer().save_pretrained(tmp_path / "llm")
    model, _, _ = pretrained_language(profile, token_dim=8, weights_dir=tmp_path, device=torch.device("cpu"))
    embedded_BTH = torch.randn(1, 7, 32, requires_grad=True)

    def hidden() -> torch.Tensor:
        return model.llm.get_decoder()(inputs_embeds=embedded_BTH, use_cache=False).last_hidden_state  # type: ignore[no-any-return]

    model.eval()
    expected = hidden()
    set_learning(model)
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    layer = next(part for part in model.llm.modules() if isinstance(part, GradientCheckpointingLayer))
    norm = next(part for part in layer.modules() if type(part).__name__ in ("LlamaRMSNorm", "LayerNorm"))
    norm.register_forward_hook(count)
    found = hidden()
    found.sum().backward()

    assert torch.equal(found, expected)
    assert calls == (2 if has_checkpoints else 1)
    assert model.adaptor.training
