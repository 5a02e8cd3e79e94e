"""LoRA stands beside every linear of the decoder, changes nothing at first, and is kept as peft keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file

from ml.model.lora import WEIGHTS_FILE, add_lora, load_lora, save_lora
from ml.model.pretrained import load_llm
from ml.profiles.language import LanguageProfile
from tests.ml.small_models import HIDDEN, save_llm, save_vlm

PROFILE = LanguageProfile(llm="pretrained", weights="llm", trained="adaptor_lora", lora_rank=4, lora_alpha=8)
LINEARS = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}


def loaded(folder: Path) -> torch.nn.Module:
    return load_llm(folder, dtype="float32", device=torch.device("cpu"))[0]


def logits(llm: torch.nn.Module) -> torch.Tensor:
    embedded_BTH = torch.randn(2, 5, HIDDEN, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        told: torch.Tensor = llm.eval()(inputs_embeds=embedded_BTH).logits
    return told


def disturb(llm: torch.nn.Module) -> None:
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for name, parameter in llm.named_parameters():
            if "lora_B" in name:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.1)


@pytest.mark.parametrize("kind", ["llama", "qwen2_5_vl"])
def test_every_linear_of_attention_and_feed_forward_gets_one_and_nothing_else_learns(kind: str, tmp_path: Path) -> None:
    (save_llm if kind == "llama" else save_vlm)(kind, tmp_path)
    llm = loaded(tmp_path)
    before = logits(llm)

    add_lora(llm, PROFILE, "llm")

    learning = [name for name, parameter in llm.named_parameters() if parameter.requires_grad]
    assert {name.split(".lora_")[0].split(".")[-1] for name in learning} == LINEARS
    assert len(learning) == 2 * len(LINEARS) * 2
    assert all("lora_" in name for name in learning)
    assert torch.equal(logits(llm), before)


def test_what_is_saved_is_read_back_by_us_and_by_peft(tmp_path: Path) -> None:
    save_llm("llama", tmp_path / "llm")
    trained = loaded(tmp_path / "llm")
    before = logits(trained)
    add_lora(trained, PROFILE, "llm")
    disturb(trained)
    save_lora(trained, tmp_path / "lora")

    ours = loaded(tmp_path / "llm")
    add_lora(ours, PROFILE, "llm")
    load_lora(ours, tmp_path / "lora")
    pefts = PeftModel.from_pretrained(loaded(tmp_path / "llm"), tmp_path / "lora")

    assert not torch.allclose(logits(trained), before, atol=1e-3)
    assert torch.equal(logits(ours), logits(trained))
    assert torch.allclose(logits(pefts), logits(trained), atol=1e-6)


def test_matrices_of_another_rank_or_model_are_refused(tmp_path: Path) -> None:
    save_llm("llama", tmp_path / "llm")
    llm = loaded(tmp_path / "llm")
    add_lora(llm, PROFILE, "llm")
    save_lora(llm, tmp_path / "lora")
    other = loaded(tmp_path / "llm")
    add_lora(other, LanguageProfile(llm="pretrained", weights="llm", trained="adaptor_lora", lora_rank=2), "llm")

    with pytest.raises(ValueError, match=rf"{WEIGHTS_FILE}: .*lora_A.* is \[4, .*not \[2, "):
        load_lora(other, tmp_path / "lora")
    kept = load_file(tmp_path / "lora" / WEIGHTS_FILE)
    del kept["base_model.model.model.layers.1.mlp.up_proj.lora_A.weight"]
    save_file(kept, tmp_path / "lora" / WEIGHTS_FILE)
    with pytest.raises(ValueError, match="does not fit the language model, first at model.layers.1.mlp.up"):
        load_lora(llm, tmp_path / "lora")
