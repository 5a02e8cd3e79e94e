"""The model card of an artefact: what was trained, on what, with which code and which frozen weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ml.contracts import TrainingJob
from ml.model.artefact import CARD_FILE, LABELS_FILE, read_json, write_json


def write_card(
    staged: Path,
    job: TrainingJob,
    profile: str,
    *,
    metrics: Mapping[str, float],
    counts: Mapping[str, int],
    broken: Sequence[str],
) -> None:
    """Write `model_card.json` into a folder that nobody reads yet; the same for equal runs of equal code.

    Args:
        staged: the artefact's folder, the detector already in it.
        job: what was asked for.
        profile: name of the profile; all of it is in `profile.json`.
        metrics: last losses.
        counts: labels of each kind that were used.
        broken: why each unreadable video was left out.
    """
    card = {
        "profile": profile,
        "phases": list(job.phases),
        "seed": job.seed,
        "template": job.template,
        "parent": Path(job.parent_dir).name if job.parent_dir else "",
        "classes": read_json(staged / LABELS_FILE)["classes"],
        "metrics": dict(metrics),
        "counts": dict(counts),
        "unreadable": list(broken),
        "git_commit": _git_commit(),
    }
    write_json(staged / CARD_FILE, card)


def _git_commit() -> str:
    """Commit of the code that trained, read from the checkout; empty where there is none."""
    git = Path(__file__).parents[2] / ".git"
    try:
        head = (git / "HEAD").read_text("utf-8").strip()
        return (git / head.removeprefix("ref: ")).read_text("utf-8").strip() if head.startswith("ref: ") else head
    except OSError:
        return ""
