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
from ml.model.writing import writing
from ml.profiles.loading import profile_from_mapping, profile_to_mapping
from ml.profiles.sections import Profile

DETECTOR_FILE = "detector.safetensors"
PROFILE_FILE = "profile.json"
LABELS_FILE = "labels.json"
FOLDS_FILE = "folds.json"
"""By sha256 of a training video: the members that never learnt from it (`ml.training.folds`)."""
CARD_FILE = "model_card.json"


def write_detector(folder: Path, detector: Detector, profile: Profile, classes: tuple[str, ...]) -> None:
    """Write the detector's files into a folder that nobody reads yet; PlaceUnwritable where that fails."""
    tensors = {name: value.detach().cpu().contiguous().clone() for name, value in detector.state_dict().items()}
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
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
    classes = read_classes(folder)
    detector = build_detector(profile, classes=len(classes), weights_dir=weights_dir)
    try:
        detector.load_state_dict(load_file(folder / DETECTOR_FILE))
    except (SafetensorError, OSError, RuntimeError) as error:
        # The first line of torch's message names the class, the second the first thing that does not fit.
        reason = textwrap.shorten(str(error).splitlines()[:2][-1], 160)
        raise ArtefactInvalid(f"{folder.name}/{DETECTOR_FILE} cannot be loaded ({reason}); train it again") from None
    return detector.eval(), profile, classes


def read_classes(folder: Path) -> tuple[str, ...]:
    """Names of the event classes, in the order of the class head's outputs."""
    classes = read_json(folder / LABELS_FILE).get("classes")
    if not isinstance(classes, list) or not all(isinstance(name, str) for name in classes):
        raise ArtefactInvalid(f"{folder.name}/{LABELS_FILE} names no classes; train the model again")
    return tuple(classes)


def read_folds(folder: Path) -> dict[str, tuple[int, ...]]:
    """Which members left out which training video; empty for an artefact that was made without folds."""
    if not (folder / FOLDS_FILE).exists():
        return {}
    folds = read_json(folder / FOLDS_FILE)
    if not all(isinstance(members, list) and all(type(each) is int for each in members) for members in folds.values()):
        raise ArtefactInvalid(f"{folder.name}/{FOLDS_FILE} names no members of the ensemble; train the model again")
    return {key: tuple(members) for key, members in folds.items()}


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
    """JSON that is the same for equal values.

    Raises:
        ArtefactInvalid: a value that is no finite number; JSON has none, and databases refuse it.
        PlaceUnwritable: no space left, or no right to write.
    """
    try:
        text = json.dumps(values, indent=1, sort_keys=True, allow_nan=False)
    except ValueError as error:
        raise ArtefactInvalid(f"{path.name} would hold a value that is no finite number ({error})") from None
    with writing(path.parent):
        path.write_text(text + "\n", "utf-8")


def publish(staged: Path, out_dir: Path) -> str:
    """Move a copy of the staged folder to its place; the sha256 over all its files.

    A folder that is there already is replaced: it can only be an earlier, interrupted try of the same run.

    Raises:
        PlaceUnwritable: no space left, or no right to write.
    """
    with writing(out_dir.parent):
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
        with path.open("rb") as file:
            # By the block: weights of a language model that was trained whole need not fit into memory.
            hashlib.file_digest(file, lambda: digest)
    return digest.hexdigest()
