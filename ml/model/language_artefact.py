"""The language half of an artefact: one folder, `language/`, written at once and read back whole.

`config.json` and `model.safetensors` are the LLM as transformers keeps it, `tokenizer.json` is the tokenizer,
`adaptor.safetensors` the adaptors, `language.json` the rest.
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
from ml.profiles.language import LanguageProfile
from ml.text.tokenizer import VideoTokenizer

LANGUAGE_DIR = "language"
"""Name of the folder inside the artefact; a run without phase 3 copies its parent's."""


@dataclass(frozen=True)
class LanguageArtefact:
    """Everything that answering needs."""

    model: VideoLanguageModel
    tokenizer: VideoTokenizer
    profile: LanguageProfile
    template: str
    """Name of the annotation template it was trained on."""
    known_words: frozenset[str]
    """Words of the texts it learnt from."""
    counts: Mapping[str, int]
    """Instructions by source and group."""


def save_language(artefact: LanguageArtefact, artefact_dir: Path) -> None:
    """Writes `artefact_dir/language`, replacing one that is there only once the new one is whole."""
    target = artefact_dir / LANGUAGE_DIR
    draft = artefact_dir / f".{LANGUAGE_DIR}-{os.getpid()}"
    # A run that was killed while writing left its draft behind.
    for leftover in artefact_dir.glob(f".{LANGUAGE_DIR}-*"):
        shutil.rmtree(leftover)
    draft.mkdir(parents=True)
    llm: Any = artefact.model.llm
    llm.config.save_pretrained(draft)
    # The output matrix is the embedding matrix; it is stored once.
    weights = {name: value.contiguous() for name, value in llm.state_dict().items() if name != "lm_head.weight"}
    save_file(weights, draft / "model.safetensors", metadata={"format": "pt"})
    save_file(dict(artefact.model.adaptor.state_dict()), draft / "adaptor.safetensors")
    (draft / "tokenizer.json").write_text(artefact.tokenizer.to_json(), encoding="utf-8")
    description = {
        "template": artefact.template,
        "profile": dataclasses.asdict(artefact.profile),
        "known_words": sorted(artefact.known_words),
        "counts": dict(artefact.counts),
    }
    text = json.dumps(description, ensure_ascii=False, indent=1, sort_keys=True)
    (draft / "language.json").write_text(text, encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)


def load_language(artefact_dir: Path, device: torch.device) -> LanguageArtefact:
    """The language half of an artefact, ready to answer.

    Raises:
        ArtefactInvalid: a file is absent or broken, named.
    """
    folder = artefact_dir / LANGUAGE_DIR
    if not folder.is_dir():
        raise ArtefactInvalid(f"{artefact_dir} has no language model; train phase 3")
    try:
        described = json.loads((folder / "language.json").read_text(encoding="utf-8"))
        profile = LanguageProfile(**described["profile"])
        tokenizer = VideoTokenizer.load(folder / "tokenizer.json")
        llm = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder), attn_implementation="sdpa")
        incomplete = llm.load_state_dict(load_file(folder / "model.safetensors"), strict=False)
        weights = load_file(folder / "adaptor.safetensors")
        adaptor = Adaptor(token_dim=weights["video_proj.weight"].shape[1], hidden_size=profile.hidden_size)
        adaptor.load_state_dict(weights)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise ArtefactInvalid(f"{folder} cannot be read, train phase 3 again: {_one_line(error)}") from None
    if set(incomplete.missing_keys) - {"lm_head.weight"} or incomplete.unexpected_keys:
        raise ArtefactInvalid(f"{folder / 'model.safetensors'} does not fit its config.json; train phase 3 again")
    llm.tie_weights()
    model = vision_of(llm, adaptor, tokenizer).to(device).eval()
    return LanguageArtefact(
        model, tokenizer, profile, described["template"], frozenset(described["known_words"]), described["counts"]
    )


def vision_of(llm: torch.nn.Module, adaptor: Adaptor, tokenizer: VideoTokenizer) -> VideoLanguageModel:
    """The language model that sees through `adaptor` and speaks `tokenizer`'s tokens."""
    return VideoLanguageModel(
        llm,
        adaptor,
        video_token_id=tokenizer.video_token_id,
        time_ids=tokenizer.time_ids,
        pad_id=tokenizer.pad_id,
    )


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
