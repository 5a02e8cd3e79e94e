"""What a run must share with the parent model whose weights it goes on from."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from ml.contracts import TrainingJob
from ml.errors import JobInvalid, WeightsInvalid
from ml.model.artefact import CARD_FILE, read_json
from ml.profiles.sections import Profile

FREE_OF_PARENT = {
    "sampling": (),
    "encoder": ("batch_frames", "weights", "revision"),  # The weights are compared by the backbone's identity.
    "detector": ("dropout", "folds"),
    "ltc": ("list_length", "gate", "history"),
}
"""Sections that a run must share with its parent, but for these fields."""


def check_parents_profile(parents: Profile, profile: Profile) -> None:
    """Refuse a parent whose weights are for another network or other features (JobInvalid)."""
    if parents.name != profile.name:
        raise JobInvalid(
            f"the parent model has profile {parents.name!r}, not {profile.name!r}; add phase 1, or use its profile"
        )
    for section, free in FREE_OF_PARENT.items():
        theirs, ours = (dataclasses.asdict(getattr(each, section)) for each in (parents, profile))
        differing = sorted(name for name in ours if ours[name] != theirs[name] and name not in free)
        if differing:
            name = differing[0]
            raise JobInvalid(
                f"the parent model has {section}.{name} {theirs[name]!r}, profile {profile.name!r} has {ours[name]!r}; "
                "add phase 1 to train from scratch"
            )


def check_parents_backbone(job: TrainingJob, identity: str) -> None:
    """Refuse a parent that learnt from another backbone's features (WeightsInvalid); artefacts of old do not say which
    it was."""
    theirs = read_json(Path(job.parent_dir) / CARD_FILE).get("backbone", identity)
    if theirs != identity:
        raise WeightsInvalid(
            f"the parent model was trained on features of {theirs}, the weights at hand make {identity}; "
            "put the former weights back, or add phase 1"
        )
