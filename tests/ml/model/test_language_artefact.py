"""An artefact on a pretrained LLM holds what was trained, and works with the very weights it was trained with only."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from ml.errors import ArtefactInvalid, WeightsInvalid
from ml.model.adaptor import VideoOnShow
from ml.model.language_artefact import LANGUAGE_DIR, LanguageArtefact, load_language, save_language
from ml.model.pretrained_language import pretrained_language
from ml.profiles.language import LanguageProfile
from ml.text.times import Window
from tests.ml.scored_videos import WIDTH, training_video
from tests.ml.small_models import save_llm

CPU = torch.device("cpu")
PROFILE = LanguageProfile(
    llm="pretrained", weights="llm", trained="adaptor", score_tokens=False, slots=1, token_groups=2, lora_rank=2
)


def made(folder: Path, trained: str) -> LanguageArtefact:
    """An artefact whose trained weights are all random, saved in `folder/artefact`; its LLM is in `folder/weights`."""
    profile = replace(PROFILE, trained=trained)
    save_llm("qwen2", folder / "weights" / "llm")
    torch.manual_seed(0)
    model, speech, frozen = pretrained_language(profile, token_dim=WIDTH, weights_dir=folder / "weights", device=CPU)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter) * 0.05)
    artefact = LanguageArtefact(model.eval(), speech, profile, "surveillance", frozenset(), {"explanation": 3}, frozen)
    save_language(artefact, folder / "artefact")
    return artefact


def told(artefact: LanguageArtefact) -> torch.Tensor:
    window = VideoOnShow(training_video("a", label="Fire", seed=0)[1], groups=2).window(Window(0, 9_000, 1))
    prompt = artefact.tokenizer.human_ids("Why?", video_tokens=artefact.profile.video_tokens)
    (answer,) = artefact.model.answers([prompt], window, max_new_tokens=1)
    return answer.first_logits_W


@pytest.mark.parametrize(
    ("trained", "files"),
    [
        ("adaptor", {"adaptor.safetensors", "language.json"}),
        ("adaptor_lora", {"adaptor.safetensors", "language.json", "lora"}),
        ("all", {"adaptor.safetensors", "language.json", "model.safetensors"}),
    ],
)
def test_what_was_trained_is_kept_and_read_back(trained: str, files: set[str], tmp_path: Path) -> None:
    artefact = made(tmp_path, trained)

    loaded = load_language(tmp_path / "artefact", CPU, tmp_path / "weights")

    assert {path.name for path in (tmp_path / "artefact" / LANGUAGE_DIR).iterdir()} == files
    assert torch.equal(told(loaded), told(artefact))
    assert loaded.frozen == artefact.frozen
    assert loaded.tokenizer.identity == artefact.tokenizer.identity
    kept = set(load_file(tmp_path / "artefact" / LANGUAGE_DIR / "adaptor.safetensors"))
    assert {"video_proj.weight", "prompt_proj.bias"} <= kept
    assert "score_proj.weight" not in kept


def test_other_frozen_weights_than_those_of_the_training_are_refused(tmp_path: Path) -> None:
    made(tmp_path, "adaptor")
    shutil.rmtree(tmp_path / "weights" / "llm")
    save_llm("qwen2", tmp_path / "weights" / "llm", seed=1)

    with pytest.raises(ArtefactInvalid, match=r"artefact was trained with other weights 'llm' .*put the former back"):
        load_language(tmp_path / "artefact", CPU, tmp_path / "weights")


def test_frozen_weights_that_are_gone_are_named(tmp_path: Path) -> None:
    made(tmp_path, "adaptor")

    with pytest.raises(WeightsInvalid, match="there are no weights 'llm': no such folder below the weights root"):
        load_language(tmp_path / "artefact", CPU, tmp_path / "elsewhere")


@pytest.mark.parametrize("file", ["adaptor.safetensors", "language.json", "lora/adapter_model.safetensors"])
def test_a_truncated_file_is_named_and_nothing_is_loaded(file: str, tmp_path: Path) -> None:
    made(tmp_path, "adaptor_lora")
    broken = tmp_path / "artefact" / LANGUAGE_DIR / file
    broken.write_bytes(broken.read_bytes()[:-20])

    with pytest.raises(ArtefactInvalid, match="cannot be read, train phase 3 again"):
        load_language(tmp_path / "artefact", CPU, tmp_path / "weights")


@pytest.mark.parametrize("key", ["template", "profile", "known_words", "counts"])
def test_a_description_without_a_key_is_one_line(key: str, tmp_path: Path) -> None:
    made(tmp_path, "adaptor")
    file = tmp_path / "artefact" / LANGUAGE_DIR / "language.json"
    described = json.loads(file.read_text("utf-8"))
    del described[key]
    file.write_text(json.dumps(described), "utf-8")

    with pytest.raises(ArtefactInvalid, match=f"language cannot be read, train phase 3 again: there is no '{key}'$"):
        load_language(tmp_path / "artefact", CPU, tmp_path / "weights")


@pytest.mark.parametrize("text", ["[]", "1", '{"profile": 1}', '{"profile": {}, "frozen": "x"}'])
def test_a_description_of_another_form_is_one_line(text: str, tmp_path: Path) -> None:
    made(tmp_path, "adaptor")
    (tmp_path / "artefact" / LANGUAGE_DIR / "language.json").write_text(text, "utf-8")

    with pytest.raises(ArtefactInvalid, match="language cannot be read, train phase 3 again"):
        load_language(tmp_path / "artefact", CPU, tmp_path / "weights")


def test_an_artefact_says_what_it_stands_on(tmp_path: Path) -> None:
    artefact = made(tmp_path, "adaptor")
    assert artefact.frozen is not None

    described = json.loads((tmp_path / "artefact" / LANGUAGE_DIR / "language.json").read_text("utf-8"))

    assert described["frozen"] == {"weights": "llm", "revision": "", "sha256": artefact.frozen.sha256}
    assert len(artefact.frozen.sha256) == 64
