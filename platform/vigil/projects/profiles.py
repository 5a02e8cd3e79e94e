"""The model profiles there are, and whether this machine has the pretrained weights that they name."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from vigil.config.env import ROOT, env

PROFILES_DIR = ROOT / "ml" / "profiles"
LANGUAGE_PHASE = 3


def profile_names() -> list[str]:
    """The profiles there are to train with."""
    return sorted(path.stem for path in PROFILES_DIR.glob("*.yaml"))


def missing_weights(profile: str, *, phases: Iterable[int] = (LANGUAGE_PHASE,), root: Path | None = None) -> list[Path]:
    """The folders of pretrained weights that the profile needs for these phases and this machine lacks.

    The language model is needed for phase 3 only. A hub id that is pinned to a revision is not missing: the worker
    fetches it.
    """
    sections = ("encoder", "language") if LANGUAGE_PHASE in phases else ("encoder",)
    found: Mapping[str, Any] = yaml.safe_load((PROFILES_DIR / f"{profile}.yaml").read_text("utf-8")) or {}
    folders: list[Path] = []
    for section in (found.get(name) or {} for name in sections):
        folder = (root or env.weights) / str(section.get("weights") or "")
        if section.get("weights") and not section.get("revision") and not folder.is_dir() and folder not in folders:
            folders.append(folder)
    return folders
