"""Frozen networks, LLMs and tokenizers from folders that save_pretrained wrote."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoModelForImageTextToText, BertConfig, BertModel, DynamicCache

from ml.errors import WeightsInvalid
from ml.model.clip_vision import load_vision
from ml.model.pretrained import load_llm, load_pretrained, load_tokenizer, pretrained_config, torch_dtype
from ml.model.text_tower import TextTower
from tests.ml.small_models import HIDDEN, SENTENCES, VOCABULARY, save_llm, save_vlm

CPU = torch.device("cpu")
VLMS = ("qwen2_5_vl", "qwen3_vl", "video_llama_3", "smolvlm")
IDS = torch.tensor([[1, 50, 60, 70, 80, 90], [1, 90, 80, 70, 60, 50]])


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("checkpoints")
    made = {name: save_vlm(name, root / name) for name in VLMS}
    return made | {name: save_llm(name, root / name) for name in ("llama", "qwen2")}


def loaded(folder: Path) -> tuple[Any, Any]:
    return load_llm(folder, dtype="float32", device=CPU)


@pytest.mark.parametrize("name", [*VLMS, "llama", "qwen2"])
def test_the_llm_says_what_the_whole_model_says(folders: dict[str, Path], name: str) -> None:
    llm, _ = loaded(folders[name])
    whole_class = AutoModelForImageTextToText if name in VLMS else AutoModelForCausalLM
    whole = whole_class.from_pretrained(folders[name]).eval()
    with torch.inference_mode():
        expected = whole(input_ids=IDS).logits
        embedded = llm.get_input_embeddings()(IDS)
        said = llm(inputs_embeds=embedded, attention_mask=torch.ones_like(IDS), use_cache=False).logits
        places = torch.tensor([1, 4])
        at_places = llm(inputs_embeds=embedded, use_cache=False, logits_to_keep=places).logits
    torch.testing.assert_close(said, expected)
    torch.testing.assert_close(at_places, expected[:, places])
    assert not any(parameter.requires_grad for parameter in llm.parameters())
    assert not llm.training


@pytest.mark.parametrize("name", [*VLMS, "llama", "qwen2"])
def test_answers_with_a_cache_and_left_padding_equal_those_without(folders: dict[str, Path], name: str) -> None:
    llm, _ = loaded(folders[name])
    mask = torch.tensor([[1, 1, 1, 1, 1, 1], [0, 0, 1, 1, 1, 1]])
    positions = (mask.cumsum(1) - 1).clamp_min(0)
    with torch.inference_mode():
        embedded = llm.get_input_embeddings()(IDS)
        alone = llm(inputs_embeds=embedded[1:, 2:], use_cache=False).logits[:, -1]
        cache = DynamicCache(config=llm.config)
        llm(
            inputs_embeds=embedded[:, :5],
            attention_mask=mask[:, :5],
            position_ids=positions[:, :5],
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        last = llm(
            inputs_embeds=embedded[:, 5:],
            attention_mask=mask,
            position_ids=positions[:, 5:],
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        ).logits
    assert last.shape == (2, 1, VOCABULARY)
    torch.testing.assert_close(last[1], alone[0:1].reshape(1, -1), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", VLMS)
def test_the_vision_half_is_let_go_of(folders: dict[str, Path], name: str) -> None:
    llm, _ = loaded(folders[name])
    assert not any("vis" in key for key in llm.state_dict())
    hidden = llm.model(inputs_embeds=llm.get_input_embeddings()(IDS), use_cache=False).last_hidden_state
    assert hidden.shape == (2, 6, HIDDEN)
    assert llm.get_output_embeddings()(hidden).shape == (2, 6, VOCABULARY)


@pytest.mark.parametrize(
    ("name", "renamed"),
    [
        ("qwen2_5_vl", {"model.visual.": "visual.", "model.language_model.": "model."}),
        (
            "llava_onevision",
            {
                "model.language_model.": "language_model.model.",
                "lm_head.": "language_model.lm_head.",
                "model.vision_tower.": "vision_tower.vision_model.",
                "model.": "",
            },
        ),
    ],
)
def test_both_halves_are_found_under_the_names_of_older_files(
    tmp_path: Path, name: str, renamed: dict[str, str]
) -> None:
    folder = save_vlm(name, tmp_path / name)
    config = pretrained_config(folder)

    def halves() -> dict[str, torch.Tensor]:
        vision = load_vision(folder, config, dtype=torch.float32, device=CPU, quantization="none")
        return {**vision.state_dict(prefix="vision."), **loaded(folder)[0].state_dict(prefix="text.")}

    expected, older = halves(), {}
    for key, value in load_file(folder / "model.safetensors").items():
        old = next((old for old in renamed if key.startswith(old)), None)
        older[key if old is None else renamed[old] + key.removeprefix(old)] = value
    assert not set(older) & {"model.visual.merger.ln_q.weight", "model.image_newline"}
    save_file(older, folder / "model.safetensors", metadata={"format": "pt"})
    found = halves()
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[key], expected[key]) for key in expected)


@pytest.mark.parametrize("name", VLMS)
def test_tied_embeddings_stay_one_matrix(tmp_path: Path, name: str) -> None:
    folder = save_vlm(name, tmp_path / name, is_tied=True)
    assert "lm_head.weight" not in load_file(folder / "model.safetensors")
    llm, _ = loaded(folder)
    assert llm.get_output_embeddings().weight is llm.get_input_embeddings().weight


def test_plain_text_halves_are_causal_lms_and_others_are_towers(folders: dict[str, Path]) -> None:
    kinds = {name: type(loaded(folders[name])[0]).__name__ for name in VLMS}
    assert kinds == {
        "qwen2_5_vl": "TextTower",
        "qwen3_vl": "TextTower",
        "video_llama_3": "Qwen2ForCausalLM",
        "smolvlm": "LlamaForCausalLM",
    }


@pytest.mark.parametrize("name", ["qwen3_vl", "smolvlm"])
def test_lora_and_gradient_checkpointing_reach_the_embeddings(folders: dict[str, Path], name: str) -> None:
    llm, _ = loaded(folders[name])
    tuned = get_peft_model(llm, LoraConfig(r=2, target_modules=["q_proj", "v_proj", "down_proj"]))
    llm.activation_checkpointing_enable()
    tuned.train()
    embedded = llm.get_input_embeddings()(IDS).detach().requires_grad_()
    tuned(inputs_embeds=embedded, attention_mask=torch.ones_like(IDS), use_cache=False).logits.sum().backward()
    trained = [key for key, value in tuned.named_parameters() if value.requires_grad]
    assert trained
    assert all("lora_" in key for key in trained)
    assert embedded.grad is not None
    assert embedded.grad.abs().sum() > 0
    if isinstance(llm, TextTower):
        llm.activation_checkpointing_disable()
        assert not llm.model.is_activation_checkpointing


def test_the_tokenizer_reads_back_what_it_wrote(folders: dict[str, Path]) -> None:
    _, tokenizer = loaded(folders["qwen2_5_vl"])
    sentence = "Yes, there are anomalies from 1.5s to 2s."
    assert tokenizer.decode(tokenizer(sentence).input_ids, skip_special_tokens=True) == sentence


def test_precision_is_kept_where_the_device_is_fast_at_it(folders: dict[str, Path]) -> None:
    assert torch_dtype("float32", CPU) is torch.float32
    assert torch_dtype("float16", CPU) is torch.float32
    assert torch_dtype("bfloat16", torch.device("cuda")) is torch.bfloat16
    assert torch_dtype("float16", torch.device("cuda")) is torch.float16
    config = pretrained_config(folders["llama"])
    model = load_pretrained(AutoModelForCausalLM, folders["llama"], dtype=torch.bfloat16, device=CPU, config=config)
    assert {value.dtype for value in model.parameters()} == {torch.bfloat16}


def broken(folder: Path) -> str:
    with pytest.raises(WeightsInvalid) as caught:
        loaded(folder)
    text = str(caught.value)
    assert "\n" not in text
    assert str(folder) in text or "4-bit" in text
    return text


def test_a_truncated_file_is_named(tmp_path: Path) -> None:
    folder = save_llm("llama", tmp_path / "llama")
    os.truncate(folder / "model.safetensors", 5000)
    assert "cut short" in broken(folder)


def test_tensors_that_are_missing_or_of_another_shape_are_named(tmp_path: Path) -> None:
    folder = save_llm("llama", tmp_path / "llama")
    weights = load_file(folder / "model.safetensors")
    key = "model.layers.1.mlp.down_proj.weight"
    save_file({**weights, key: torch.zeros(3, 3)}, folder / "model.safetensors", metadata={"format": "pt"})
    assert f"{key} has shape (3, 3)" in broken(folder)
    del weights[key]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    assert f"lacks {key}" in broken(folder)


def test_a_model_that_generates_no_text_and_an_unknown_one_are_refused(tmp_path: Path) -> None:
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=30, **sizes)).save_pretrained(tmp_path / "bert")
    assert "lacks" in broken(tmp_path / "bert") or "no text" in broken(tmp_path / "bert")
    folder = save_llm("llama", tmp_path / "llama")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "unheard_of"}))
    assert "unheard_of" in broken(folder)
    (folder / "config.json").write_text(json.dumps(config | {"hidden_size": "wide"}))
    assert "hidden_size" in broken(folder)


def test_a_chat_template_of_the_processor_is_the_tokenizers(tmp_path: Path) -> None:
    folder = save_llm("llama", tmp_path / "llama")
    assert load_tokenizer(folder).chat_template is None
    (folder / "chat_template.json").write_text('{"chat_template": "{{ messages[0].content }}"}')
    tokenizer = load_tokenizer(folder)
    assert tokenizer.apply_chat_template([{"role": "user", "content": "Look."}], tokenize=False) == "Look."


def test_a_folder_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    folder = save_llm("llama", tmp_path / "llama")
    for path in folder.glob("*token*"):
        path.unlink()
    with pytest.raises(WeightsInvalid, match="tokenizer"):
        load_tokenizer(folder)


def test_a_sentencepiece_tokenizer_as_vicuna_has_it_is_read(tmp_path: Path) -> None:
    folder = save_llm("llama", tmp_path / "llama")
    (folder / "tokenizer.json").unlink()
    described = {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(described))
    with (folder / "tokenizer.model").open("wb") as model:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(SENTENCES), model_writer=model, vocab_size=320, model_type="bpe", byte_fallback=True,
            minloglevel=2, num_threads=1,
        )  # fmt: skip
    tokenizer = load_tokenizer(folder)
    sentence = "Yes, there are anomalies from 1.5s to 2s."
    plain = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    assert tokenizer(sentence, add_special_tokens=False).input_ids == plain.encode(sentence)
    assert tokenizer.decode(plain.encode(sentence)) == sentence


def test_a_sentencepiece_model_that_cannot_be_read_names_the_cure(tmp_path: Path) -> None:
    folder = save_llm("llama", tmp_path / "llama")
    (folder / "tokenizer.json").rename(folder / "tokenizer.model")
    with pytest.raises(WeightsInvalid, match="tokenizer.model cannot be read; .* put a tokenizer.json beside it"):
        load_tokenizer(folder)


def test_four_bit_weights_are_refused_where_they_cannot_be_had(folders: dict[str, Path]) -> None:
    with pytest.raises(WeightsInvalid, match="quantization: none"):
        load_llm(folders["llama"], dtype="bfloat16", device=CPU, quantization="4bit")
