"""The artefact folder: a model version's files, written beside its place and moved there whole."""

from __future__ import annotations

import hashlib
import json
import shutil
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from ml.errors import ArtefactInvalid
from ml.model.detector import Detector, build_detector
from ml.profiles.loading import profile_from_mapping, profile_to_mapping
from ml.profiles.sections import Profile

DETECTOR_FILE = "detector.safetensors"
PROFILE_FILE = "profile.json"
LABELS_FILE = "labels.json"
FOLDS_FILE = "folds.json"
"""By sha256 of a training video: the members that never learnt from it (`ml.training.folds`)."""
CARD_FILE = "model_card.json"
OWN_FILES = (DETECTOR_FILE, PROFILE_FILE, LABELS_FILE, FOLDS_FILE, CARD_FILE)
"""What the detector half writes; every other file of an artefact belongs to phase 3."""


def write_detector(folder: Path, detector: Detector, profile: Profile, classes: tuple[str, ...]) -> None:
    """Write the detector's files into a folder that nobody reads yet."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: value.detach().cpu().contiguous().clone() for name, value in detector.state_dict().items()}
    save_file(tensors, folder / DETECTOR_FILE)
    write_json(folder / PROFILE_FILE, profile_to_mapping(profile))
    write_json(folder / LABELS_FILE, {"classes": list(classes)})


def read_detector(folder: Path, weights_dir: str = "") -> tuple[Detector, Profile, tuple[str, ...]]:
    """Detector in evaluation mode, its profile and its event classes.

    Args:
        folder: the artefact.
        weights_dir: root of the pretrained weights' folders; only a frozen former needs it.

    Raises:
        ArtefactInvalid: a missing, unreadable or mismatched file, by name.
        WeightsInvalid: weights of a frozen former that are missing, broken, or others than it was trained with.
    """
    profile = profile_from_mapping(read_json(folder / PROFILE_FILE))
    classes = tuple(read_json(folder / LABELS_FILE)["classes"])
    detector = build_detector(profile, classes=len(classes), weights_dir=weights_dir)
    try:
        detector.load_state_dict(load_file(folder / DETECTOR_FILE))
    except (SafetensorError, OSError, RuntimeError) as error:
        # The first line of torch's message names the class, the second the first thing that does not fit.
        reason = textwrap.shorten(str(error).splitlines()[:2][-1], 160)
        raise ArtefactInvalid(f"{folder.name}/{DETECTOR_FILE} cannot be loaded ({reason}); train it again") from None
    return detector.eval(), profile, classes


def read_folds(folder: Path) -> dict[str, tuple[int, ...]]:
    """Which members left out which training video; empty for an artefact that was made without folds."""
    if not (folder / FOLDS_FILE).exists():
        return {}
    return {key: tuple(members) for key, members in read_json(folder / FOLDS_FILE).items()}


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object of an artefact."""
    try:
        values = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ArtefactInvalid(f"{path.parent.name}/{path.name} cannot be read ({error}); train it again") from None
    if not isinstance(values, dict):
        raise ArtefactInvalid(f"{path.parent.name}/{path.name} holds no JSON object; train the model again")
    return values


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """JSON that is the same for equal values."""
    path.write_text(json.dumps(values, indent=1, sort_keys=True) + "\n", "utf-8")


def publish(staged: Path, out_dir: Path) -> str:
    """Move a copy of the staged folder to its place; the sha256 over all its files.

    A folder that is there already is replaced: it can only be an earlier, interrupted try of the same run.
    """
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    partial, old = out_dir.with_name(out_dir.name + ".partial"), out_dir.with_name(out_dir.name + ".old")
    for leftover in (partial, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(staged, partial)
    if out_dir.exists():
        out_dir.rename(old)
    partial.rename(out_dir)
    shutil.rmtree(old, ignore_errors=True)
    return artefact_sha256(out_dir)


def artefact_sha256(folder: Path) -> str:
    """sha256 over names and contents of all files of a folder."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
