"""The language half of an artefact: one folder, `language/`, written at once and read back whole.

`language.json` says what it is, `adaptor.safetensors` holds the adaptors. With a language model of our own,
`config.json` and `model.safetensors` are the LLM as transformers keeps it and `tokenizer.json` is the tokenizer. With a
pretrained one, `lora/` holds the LoRA matrices as peft keeps them (or `model.safetensors` the LLM where all of it was
trained), and `language.json` names the frozen weights, which stay where they are, by their hash.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

from ml.errors import ArtefactInvalid
from ml.model.adaptor import Adaptor
from ml.model.language import VideoLanguageModel
from ml.model.lora import load_lora, save_lora
from ml.model.pretrained_language import FrozenWeights, frozen_weights, pretrained_language
from ml.profiles.language import LanguageProfile
from ml.text.prompts import Speech
from ml.text.tokenizer import VideoTokenizer

LANGUAGE_DIR = "language"
"""Name of the folder inside the artefact; a run without phase 3 copies its parent's."""
_LORA_DIR = "lora"
_READING_ERRORS = (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError)


@dataclass(frozen=True)
class LanguageArtefact:
    """Everything that answering needs."""

    model: VideoLanguageModel
    tokenizer: Speech
    profile: LanguageProfile
    template: str
    """Name of the annotation template it was trained on."""
    known_words: frozenset[str]
    """Words of the texts it learnt from; empty where the model brought a language of its own."""
    counts: Mapping[str, int]
    """Instructions by source and group."""
    frozen: FrozenWeights | None = None
    """The weights it stands on; None where all of them are its own."""


def save_language(artefact: LanguageArtefact, artefact_dir: Path) -> None:
    """Writes `artefact_dir/language`, replacing one that is there only once the new one is whole."""
    target = artefact_dir / LANGUAGE_DIR
    draft = artefact_dir / f".{LANGUAGE_DIR}-{os.getpid()}"
    # A run that was killed while writing left its draft behind.
    for leftover in artefact_dir.glob(f".{LANGUAGE_DIR}-*"):
        shutil.rmtree(leftover)
    draft.mkdir(parents=True)
    _save_llm(artefact, draft)
    save_file(dict(artefact.model.adaptor.state_dict()), draft / "adaptor.safetensors")
    description = {
        "template": artefact.template,
        "profile": dataclasses.asdict(artefact.profile),
        "known_words": sorted(artefact.known_words),
        "counts": dict(artefact.counts),
        "frozen": artefact.frozen and dataclasses.asdict(artefact.frozen),
    }
    text = json.dumps(description, ensure_ascii=False, indent=1, sort_keys=True)
    (draft / "language.json").write_text(text, encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)


def load_language(artefact_dir: Path, device: torch.device, weights_dir: str | Path = "") -> LanguageArtefact:
    """The language half of an artefact, ready to answer.

    Args:
        artefact_dir: the artefact.
        device: where it goes.
        weights_dir: root of the frozen weights' folders; unused where the artefact has all weights itself.

    Raises:
        ArtefactInvalid: a file is absent or broken, named; or the frozen weights are not those of the training.
        WeightsInvalid: the frozen weights are missing or broken.
    """
    folder = artefact_dir / LANGUAGE_DIR
    if not folder.is_dir():
        raise ArtefactInvalid(f"{artefact_dir} has no language model; train phase 3")
    try:
        described = json.loads((folder / "language.json").read_text(encoding="utf-8"))
        profile = LanguageProfile(**described["profile"])
        trained_on = FrozenWeights(**described["frozen"]) if described.get("frozen") else None
        weights = load_file(folder / "adaptor.safetensors")
        tokenizer: Speech
        if trained_on is None:
            model, tokenizer = _scratch_language(folder, profile, token_dim=_token_dim(weights))
        else:
            model, tokenizer = _frozen_language(folder, profile, trained_on, _token_dim(weights), weights_dir, device)
        model.adaptor.load_state_dict(weights)
        template, words = str(described["template"]), frozenset(described["known_words"])
        counts = dict(described["counts"])
    except _READING_ERRORS as error:
        raise ArtefactInvalid(f"{folder} cannot be read, train phase 3 again: {_one_line(error)}") from None
    return LanguageArtefact(model.to(device).eval(), tokenizer, profile, template, words, counts, trained_on)


def _save_llm(artefact: LanguageArtefact, draft: Path) -> None:
    llm: Any = artefact.model.llm
    if isinstance(artefact.tokenizer, VideoTokenizer):
        llm.config.save_pretrained(draft)
        (draft / "tokenizer.json").write_text(artefact.tokenizer.to_json(), encoding="utf-8")
    if artefact.profile.trained == "all":
        # An output matrix that is the embedding matrix is stored once.
        is_tied = llm.get_output_embeddings().weight is llm.get_input_embeddings().weight
        weights = {n: v.contiguous() for n, v in llm.state_dict().items() if not (is_tied and n == "lm_head.weight")}
        save_file(weights, draft / "model.safetensors", metadata={"format": "pt"})
    elif artefact.profile.trained == "adaptor_lora":
        save_lora(llm, draft / _LORA_DIR)


def _scratch_language(
    folder: Path, profile: LanguageProfile, *, token_dim: int
) -> tuple[VideoLanguageModel, VideoTokenizer]:
    tokenizer = VideoTokenizer.load(folder / "tokenizer.json", profile.spoken.verdicts)
    config = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    llm = AutoModelForCausalLM.from_config(config, trust_remote_code=False, attn_implementation="sdpa")
    _fill(llm, folder / "model.safetensors")
    adaptor = Adaptor(token_dim, profile.hidden_size, score_tokens=profile.score_tokens)
    return VideoLanguageModel(llm, adaptor, tokenizer), tokenizer


def _frozen_language(
    folder: Path,
    profile: LanguageProfile,
    trained_on: FrozenWeights,
    token_dim: int,
    weights_dir: str | Path,
    device: torch.device,
) -> tuple[VideoLanguageModel, Speech]:
    _, found = frozen_weights(profile, weights_dir)
    if found.sha256 != trained_on.sha256:
        raise ArtefactInvalid(
            f"{folder.parent.name} was trained with other weights {trained_on.weights!r} (sha256 "
            f"{trained_on.sha256[:12]}) than those at hand ({found.sha256[:12]}); "
            "put the former back, or train phase 3 again"
        )
    profile = dataclasses.replace(profile, gradient_checkpointing=False)
    model, tokenizer, _ = pretrained_language(profile, token_dim=token_dim, weights_dir=weights_dir, device=device)
    if profile.trained == "adaptor_lora":
        load_lora(model.llm, folder / _LORA_DIR)
    elif profile.trained == "all":
        _fill(model.llm, folder / "model.safetensors")
    return model, tokenizer


def _fill(llm: Any, file: Path) -> None:
    incomplete = llm.load_state_dict(load_file(file), strict=False)
    if set(incomplete.missing_keys) - {"lm_head.weight"} or incomplete.unexpected_keys:
        raise ArtefactInvalid(f"{file} does not fit its config.json; train phase 3 again")
    if hasattr(llm, "tie_weights"):
        llm.tie_weights()


def _token_dim(adaptor: Mapping[str, torch.Tensor]) -> int:
    return int(adaptor["video_proj.weight"].shape[1])


def _one_line(error: Exception) -> str:
    said = f"there is no {error}" if isinstance(error, KeyError) else str(error)
    return " ".join(said.split())[:200]
