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
from ml.model.detector import Detector, build_detector
from ml.profiles.loading import load_profile
from ml.profiles.sections import Profile

PARENTS = {"parent": "vad_llama_7b", "parent_published": "vad_llama_7b_published"}
"""Artefacts with the same weights, by folder, and the profile of each: one that scores every clip of a video of any
length, and one with the published sampling, for the paper's table."""
CLASSES = ("Abnormal",)
"""The published detector tells no classes apart; this is what a model without any is given."""


def write_parents(
    draft: Path, trained: Mapping[str, Tensor], geometry: Geometry, *, name: str, sources: Sequence[str]
) -> None:
    """Write the folders of PARENTS: a detector with the published predictor and LTC nets, uncalibrated.

    Args:
        draft: the converted folder, whose video Q-Former is written already.
        trained: tensors of the predictor and, unless a checkpoint of phase 1 alone had none, of the LTC nets.
        geometry: their sizes.
        name: what the folder will be called below the weights root.
        sources: the published files, for the model card.
    """
    for folder, profile_name in PARENTS.items():
        profile = _profile(profile_name, geometry, name)
        detector = _detector(profile, draft, trained)
        write_detector(draft / folder, detector, profile, CLASSES)
        card = {
            "profile": profile.name,
            "phases": [1, 2] if any(key.startswith("ltc.") for key in trained) else [1],
            "classes": list(CLASSES),
            "converted_from": list(sources),
            "metrics": {},
            "counts": {},
        }
        write_json(draft / folder / CARD_FILE, card)


def _detector(profile: Profile, draft: Path, trained: Mapping[str, Tensor]) -> Detector:
    placed = _placed(profile, draft.name)
    detector = build_detector(placed, classes=len(CLASSES), weights_dir=str(draft.resolve().parent))
    with torch.no_grad():
        detector.class_head.weight.zero_()
        detector.class_head.bias.zero_()
    detector.load_state_dict(detector.state_dict() | dict(trained))
    return detector


def _profile(profile_name: str, geometry: Geometry, name: str) -> Profile:
    whole = load_profile(profile_name)
    return _placed(whole, name) if geometry is PUBLISHED else small_profile(whole, geometry, name)


def _placed(profile: Profile, name: str) -> Profile:
    """The profile with its weights in another folder."""
    return dataclasses.replace(
        profile,
        encoder=dataclasses.replace(profile.encoder, weights=name),
        language=dataclasses.replace(profile.language, weights=f"{name}/{LLM_DIR}"),
    )
