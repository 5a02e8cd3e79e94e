"""The model card of an artefact: what was trained, on what, with which code and which frozen weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ml.contracts import TrainingJob


def model_card(
    job: TrainingJob,
    profile: str,
    backbone: str,
    *,
    metrics: Mapping[str, float],
    counts: Mapping[str, int],
    broken: Sequence[str],
) -> dict[str, Any]:
    """What `model_card.json` holds beside the event classes; the same for equal runs of equal code.

    Args:
        job: what was asked for.
        profile: name of the profile; all of it is in `profile.json`.
        backbone: identity of the frozen backbone, the hash of its weights included.
        metrics: last losses.
        counts: labels of each kind that were used.
        broken: why each unreadable video was left out.
    """
    return {
        "profile": profile,
        "backbone": backbone,
        "phases": list(job.phases),
        "seed": job.seed,
        "template": job.template,
        "parent": Path(job.parent_dir).name if job.parent_dir else "",
        "metrics": dict(metrics),
        "counts": dict(counts),
        "unreadable": list(broken),
        "git_commit": _git_commit(),
    }


def _git_commit() -> str:
    """Commit of the code that trained, read from the checkout; empty where there is none."""
    git = Path(__file__).parents[2] / ".git"
    try:
        head = (git / "HEAD").read_text("utf-8").strip()
        return (git / head.removeprefix("ref: ")).read_text("utf-8").strip() if head.startswith("ref: ") else head
    except OSError:
        return ""
