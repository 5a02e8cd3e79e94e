"""Frozen LLMs of several kinds see through adaptors, with nothing trained but what the profile says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, LlamaConfig

from ml.errors import WeightsInvalid
from ml.model.adaptor import VideoOnShow, stacked
from ml.model.language import VideoLanguageModel
from ml.model.pretrained_language import ADAPTOR_FILE, new_adaptor, pretrained_language
from ml.profiles.language import LanguageProfile
from ml.text.pretrained_tokenizer import PretrainedTokenizer
from ml.text.times import Window
from ml.training.phase3_lessons import conversation_batch
from tests.ml.scored_videos import WIDTH, training_video
from tests.ml.small_models import HIDDEN, save_llm, save_vlm

CPU = torch.device("cpu")
PROFILE = LanguageProfile(
    llm="pretrained", weights="llm", trained="adaptor", score_tokens=False, slots=1, token_groups=2, max_new_tokens=6
)
SHOW = VideoOnShow(training_video("a", label="Fire", seed=0)[1], groups=2)
WINDOWS = [SHOW.window(Window(0, 20_000, 1)), SHOW.window(Window(4_000, 9_000, 1))]
QUESTIONS = ["Is there any anomaly in the video?", "Why?"]
ANSWERS = ["Yes, there are anomalies from 1.5s to 2s.", "No."]


def built(folder: Path, profile: LanguageProfile = PROFILE) -> tuple[VideoLanguageModel, PretrainedTokenizer]:
    torch.manual_seed(0)
    model, speech, _ = pretrained_language(profile, token_dim=WIDTH, weights_dir=folder, device=CPU)
    return model, speech


def prompts(speech: PretrainedTokenizer) -> list[list[int]]:
    return [speech.human_ids(question, video_tokens=4, message="The video.") for question in QUESTIONS]


def batch(speech: PretrainedTokenizer) -> tuple[torch.Tensor, torch.Tensor]:
    answers = [speech.answer_ids(answer) for answer in ANSWERS]
    return conversation_batch(list(zip(prompts(speech), answers, strict=True)), speech.pad_id)


def save(kind: str, folder: Path) -> None:
    (save_llm if kind in ("llama", "qwen2") else save_vlm)(kind, folder / "llm")


def test_the_papers_adaptor_has_exactly_its_parameters() -> None:
    with torch.device("meta"):
        vicuna = AutoModelForCausalLM.from_config(
            LlamaConfig(vocab_size=32_000, hidden_size=4_096, intermediate_size=11_008, num_hidden_layers=1)
        )
        adaptor = new_adaptor(vicuna, token_dim=768, score_tokens=False)

    assert sum(parameter.numel() for parameter in adaptor.parameters()) == 6_299_648


@pytest.mark.parametrize("kind", ["llama", "qwen2", "qwen2_5_vl", "qwen3_vl", "video_llama_3", "smolvlm"])
def test_batched_answers_with_a_cache_equal_single_ones_without(kind: str, tmp_path: Path) -> None:
    save(kind, tmp_path)
    model, speech = built(tmp_path)

    batched = model.eval().answers(prompts(speech), stacked(WINDOWS), max_new_tokens=6)

    for prompt, shown, answer in zip(prompts(speech), WINDOWS, batched, strict=True):
        ids = list(prompt)
        with torch.no_grad():
            for _ in range(len(answer.ids)):
                logits_W = model.llm(inputs_embeds=model.embedded(torch.tensor([ids]), shown)).logits[0, -1]
                if len(ids) == len(prompt):
                    assert torch.allclose(logits_W, answer.first_logits_W, atol=1e-4)
                ids.append(int(logits_W.argmax()))
        assert ids[len(prompt) :] == list(answer.ids)


@pytest.mark.parametrize("kind", ["llama", "qwen2_5_vl"])
def test_only_the_adaptors_learn_and_the_picture_reaches_the_loss(kind: str, tmp_path: Path) -> None:
    save(kind, tmp_path)
    model, speech = built(tmp_path)

    model(*batch(speech), stacked(WINDOWS)).mean.backward()

    assert {name for name, p in model.named_parameters() if p.requires_grad} == {
        f"adaptor.{name}_proj.{part}" for name in ("video", "prompt") for part in ("weight", "bias")
    }
    assert sum(p.numel() for p in model.parameters() if p.requires_grad) == 2 * (WIDTH * HIDDEN + HIDDEN)
    for parameter in model.adaptor.parameters():
        assert parameter.grad is not None
        assert float(parameter.grad.abs().sum()) > 0
    assert all(parameter.grad is None for parameter in model.llm.parameters())


@pytest.mark.parametrize("trained", ["adaptor", "adaptor_lora"])
def test_recomputing_activations_gives_the_same_gradients(trained: str, tmp_path: Path) -> None:
    save("llama", tmp_path)
    gradients = []
    for has_checkpoints in (False, True):
        profile = replace(PROFILE, trained=trained, lora_dropout=0.0, gradient_checkpointing=has_checkpoints)
        model, speech = built(tmp_path, profile)
        model.train()
        model(*batch(speech), stacked(WINDOWS)).mean.backward()
        gradients.append({n: p.grad for n, p in model.named_parameters() if p.requires_grad and p.grad is not None})

    assert gradients[0].keys() == gradients[1].keys() != set()
    for name, gradient in gradients[0].items():
        assert torch.allclose(gradient, gradients[1][name], atol=1e-6), name


def test_in_bfloat16_the_frozen_weights_keep_it_and_what_learns_is_float32(tmp_path: Path) -> None:
    save("llama", tmp_path)
    model, speech = built(tmp_path, replace(PROFILE, trained="adaptor_lora", dtype="bfloat16"))
    exact, _ = built(tmp_path)

    loss = model(*batch(speech), stacked(WINDOWS)).mean
    loss.backward()

    frozen = {p.dtype for p in model.llm.parameters() if not p.requires_grad}
    assert frozen <= {torch.bfloat16} or frozen == {torch.float32}  # float32 where the processor is slow at bfloat16
    assert {p.dtype for p in model.parameters() if p.requires_grad} == {torch.float32}
    assert loss.item() == pytest.approx(exact(*batch(speech), stacked(WINDOWS)).mean.item(), rel=0.05)


def test_new_adaptors_give_tokens_of_the_size_of_words(tmp_path: Path) -> None:
    save("llama", tmp_path)
    model, _ = built(tmp_path)
    words = model.llm.get_input_embeddings().weight

    tokens = model.adaptor.video_proj(torch.randn(1000, WIDTH, generator=torch.Generator().manual_seed(0)))

    assert tokens.std().item() == pytest.approx(words.std().item(), rel=0.2)


def test_a_converted_checkpoints_adaptors_are_the_start(tmp_path: Path) -> None:
    save("llama", tmp_path)
    given = {"video_proj.weight": torch.ones(HIDDEN, WIDTH), "video_proj.bias": torch.full((HIDDEN,), 2.0)}
    (tmp_path / ADAPTOR_FILE).parent.mkdir()
    save_file(given, tmp_path / ADAPTOR_FILE)

    model, _ = built(tmp_path)

    assert torch.equal(model.adaptor.video_proj.weight, given["video_proj.weight"])
    assert torch.equal(model.adaptor.video_proj.bias, given["video_proj.bias"])
    assert not torch.equal(model.adaptor.prompt_proj.weight, given["video_proj.weight"])


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"llama_proj.weight": torch.ones(2)}, "unknown 'llama_proj.weight'"),
        ({"video_proj.bias": torch.ones(3)}, r"video_proj.bias is \[3\] but .* \[32\]; it belongs to another profile"),
    ],
)  # fmt: skip
def test_adaptors_of_another_model_are_refused(given: dict[str, torch.Tensor], complaint: str, tmp_path: Path) -> None:
    save("llama", tmp_path)
    (tmp_path / ADAPTOR_FILE).parent.mkdir()
    save_file(given, tmp_path / ADAPTOR_FILE)

    with pytest.raises(WeightsInvalid, match=complaint):
        built(tmp_path)


def test_a_truncated_file_of_adaptors_is_named(tmp_path: Path) -> None:
    save("llama", tmp_path)
    (tmp_path / ADAPTOR_FILE).parent.mkdir()
    save_file({"video_proj.bias": torch.ones(HIDDEN)}, tmp_path / ADAPTOR_FILE)
    (tmp_path / ADAPTOR_FILE).write_bytes((tmp_path / ADAPTOR_FILE).read_bytes()[:-8])

    with pytest.raises(WeightsInvalid, match="adaptor/model.safetensors cannot be read"):
        built(tmp_path)


def test_weights_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsInvalid, match="no weights 'llm'"):
        built(tmp_path)
