"""VAD-LLaMA's own trained detector as an artefact: what pre-labelling, phase 2 and phase 3 can go on from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from ml.checkpoints.geometry import PUBLISHED, Geometry
from ml.checkpoints.llm_folder import LLM_DIR
from ml.checkpoints.random_weights import small_profile
from ml.model.artefact import CARD_FILE, write_detector, write_json
from ml.model.detector import build_detector
from ml.profiles.loading import load_profile
from ml.profiles.sections import Profile

PARENT_DIR = "parent"
PROFILE = "vad_llama_7b"
CLASSES = ("Abnormal",)
"""The published detector tells no classes apart; this is what a model without any is given."""


def write_parent(
    draft: Path, trained: Mapping[str, Tensor], geometry: Geometry, *, name: str, sources: Sequence[str]
) -> None:
    """Write `draft / "parent"`: a detector with the published predictor and LTC nets, uncalibrated.

    Args:
        draft: the converted folder, whose video Q-Former is written already.
        trained: tensors of the predictor and, unless a checkpoint of phase 1 alone had none, of the LTC nets.
        geometry: their sizes.
        name: what the folder will be called below the weights root.
        sources: names of the published files, for the model card.
    """
    profile = _profile(geometry, name)
    detector = build_detector(
        _placed(profile, draft.name), classes=len(CLASSES), weights_dir=str(draft.resolve().parent)
    )
    with torch.no_grad():
        detector.class_head.weight.zero_()
        detector.class_head.bias.zero_()
    detector.load_state_dict(detector.state_dict() | dict(trained))
    write_detector(draft / PARENT_DIR, detector, profile, CLASSES)
    card = {
        "profile": profile.name,
        "phases": [1, 2],
        "classes": list(CLASSES),
        "converted_from": list(sources),
        "metrics": {},
        "counts": {},
    }
    write_json(draft / PARENT_DIR / CARD_FILE, card)


def _profile(geometry: Geometry, name: str) -> Profile:
    whole = load_profile(PROFILE)
    return _placed(whole, name) if geometry is PUBLISHED else small_profile(whole, geometry, name)


def _placed(profile: Profile, name: str) -> Profile:
    """The profile with its weights in another folder."""
    return dataclasses.replace(
        profile,
        encoder=dataclasses.replace(profile.encoder, weights=name),
        language=dataclasses.replace(profile.language, weights=f"{name}/{LLM_DIR}"),
    )
