"""What the training page shows, gathered in a few queries."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from vigil.predictions.selectors import prelabel_failures, prelabel_progress
from vigil.projects.models import Project
from vigil.projects.profiles import profile_names
from vigil.projects.work import HEARTBEAT_LOST_AFTER, WorkState
from vigil.registry.models import ModelState, ModelVersion
from vigil.registry.selectors import models_of, production_model
from vigil.retraining.gate import FIGURES, Comparison, compare, reasons_told, value_of
from vigil.retraining.loss_curve import LossPanel, loss_panels
from vigil.retraining.models import TrainingRun
from vigil.retraining.selectors import losses_of, runs_of
from vigil.snapshots.counting import counts_now

RUNS_SHOWN = 10
STAGES = ("features", "phase1", "phase2", "phase3", "evaluate")
STAGE_TITLES = {
    "features": gettext_noop("Frames to features"),
    "phase1": gettext_noop("Phase 1: detector"),
    "phase2": gettext_noop("Phase 2: long context"),
    "phase3": gettext_noop("Phase 3: language"),
    "evaluate": gettext_noop("Gate: frozen test split"),
}
PHASE_NOTES = {
    1: gettext_noop("The detector, from video labels and every stronger answer"),
    2: gettext_noop("The detector together with its long-term context"),
    3: gettext_noop("The sentences, from templates and people's explanations"),
}
KIND_TITLES = {
    "videos": gettext_noop("videos"),
    "weak_labels": gettext_noop("with a known video label"),
    "glances": gettext_noop("moments from glances"),
    "verdicts": gettext_noop("yes and no answers"),
    "segments": gettext_noop("segments"),
    "accepted": gettext_noop("accepted as the model drew them"),
    "changed": gettext_noop("changed by a person"),
    "manual": gettext_noop("drawn by a person"),
    "rejected": gettext_noop("rejected"),
    "explanations": gettext_noop("explanations"),
    "corrected_explanations": gettext_noop("of them corrected by a person"),
    "dialogue_turns": gettext_noop("questions answered in dialogues"),
}


@dataclass(frozen=True)
class Stage:
    """One step of the run's stepper."""

    title: str
    is_done: bool
    is_current: bool


@dataclass(frozen=True)
class RunShown:
    """One run as the page shows it."""

    run: TrainingRun
    stages: list[Stage]
    percent: int
    panels: list[LossPanel]
    comparisons: list[Comparison]
    counts: list[tuple[str, int]]
    gate_reasons: list[str]

    @property
    def is_active(self) -> bool:
        return not self.run.is_finished

    @property
    def is_orphaned(self) -> bool:
        """Its worker gave no sign of life for so long that another one may take it."""
        beat_at = self.run.heartbeat_at
        is_lost = beat_at is not None and beat_at < timezone.now() - HEARTBEAT_LOST_AFTER
        return bool(self.run.state == WorkState.RUNNING and is_lost)

    @property
    def stage_title(self) -> str:
        return STAGE_TITLES.get(self.run.phase, gettext_noop("Getting ready"))

    @property
    def eta_text(self) -> str:
        """`50 s`, `2 min`; empty while nobody can tell."""
        seconds = self.run.eta_s
        if seconds is None:
            return ""
        return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"

    @property
    def phases_text(self) -> str:
        return ", ".join(str(phase) for phase in self.run.phases)


@dataclass(frozen=True)
class ModelShown:
    """One model version as the page shows it."""

    version: ModelVersion
    figures: list[tuple[str, float | None]]
    counts: list[tuple[str, int]]
    origin: list[tuple[str, str]]

    @property
    def auc_a(self) -> float | None:
        return value_of(self.version.metrics, "auc_a")

    @property
    def video_auc(self) -> float | None:
        return value_of(self.version.metrics, "video_auc")

    @property
    def is_in_production(self) -> bool:
        return bool(self.version.state == ModelState.PRODUCTION)

    @property
    def is_archived(self) -> bool:
        return bool(self.version.state == ModelState.ARCHIVED)


def page_context(*, project: Project) -> dict[str, Any]:
    """Everything the page needs."""
    versions = list(models_of(project=project))
    runs = list(runs_of(project=project)[:RUNS_SHOWN])
    return {
        **_live(project, runs),
        "runs": [run_shown(run, with_losses=False) for run in runs[1:]],
        "models": [model_shown(version) for version in versions],
        "can_roll_back": _can_roll_back(versions),
        "counts": counts_shown(counts_now(project=project)),
        "profiles": profile_names(),
        "phases": PHASE_NOTES.items(),
    }


def live_context(*, project: Project) -> dict[str, Any]:
    """Only what changes while a run trains or videos are pre-labelled."""
    return _live(project, list(runs_of(project=project)[:1]))


def _live(project: Project, runs: list[TrainingRun]) -> dict[str, Any]:
    production = production_model(project=project)
    prelabels = prelabel_progress(model_version=production) if production else None
    newest = run_shown(runs[0], with_losses=True) if runs else None
    is_prelabelling = bool(prelabels and prelabels["waiting"])
    return {
        "newest": newest,
        "production": production,
        "prelabels": prelabels,
        "prelabel_failures": prelabel_failures(model_version=production) if production else [],
        "is_live": bool(newest and newest.is_active) or is_prelabelling,
    }


def run_shown(run: TrainingRun, *, with_losses: bool) -> RunShown:
    """The run with its stepper, curve, gate and answers."""
    gate = run.gate or {}
    return RunShown(
        run=run,
        stages=stages_of(run),
        percent=round(100 * run.step / run.total_steps) if run.total_steps else 0,
        panels=loss_panels(_titled(losses_of(run))) if with_losses else [],
        comparisons=compare(gate.get("candidate"), gate.get("production")) if gate.get("candidate") else [],
        counts=counts_shown(run.snapshot.counts),
        gate_reasons=reasons_told(gate),
    )


def _titled(curves: dict[str, list[tuple[int, float]]]) -> dict[str, list[tuple[int, float]]]:
    return {STAGE_TITLES.get(phase, phase): points for phase, points in curves.items()}


def stages_of(run: TrainingRun) -> list[Stage]:
    """The stepper: which stages this run goes through and where it is."""
    wanted = [stage for stage in STAGES if not stage.startswith("phase") or int(stage[-1]) in run.phases]
    at = wanted.index(run.phase) if run.phase in wanted else -1
    if run.state == WorkState.SUCCEEDED:
        at = len(wanted)
    return [Stage(STAGE_TITLES[stage], index < at, index == at) for index, stage in enumerate(wanted)]


def model_shown(version: ModelVersion) -> ModelShown:
    """The version with its figures and the answers it learned from."""
    trained_on = version.card.get("trained_on", {})
    return ModelShown(
        version=version,
        figures=[(one.title, value_of(version.metrics, one.key)) for one in FIGURES],
        counts=counts_shown(trained_on.get("answers", {})),
        origin=_origin(version),
    )


def counts_shown(counts: dict[str, int]) -> list[tuple[str, int]]:
    """The answers of each kind with the words for it, also the kinds there are none of."""
    return [(title, counts.get(kind, 0)) for kind, title in KIND_TITLES.items()]


def _can_roll_back(versions: list[ModelVersion]) -> bool:
    current = next((one for one in versions if one.state == ModelState.PRODUCTION), None)
    if current is None or current.promoted_at is None:
        return False
    earlier = (one for one in versions if one.state == ModelState.ARCHIVED and one.promoted_at is not None)
    return any(one.promoted_at < current.promoted_at for one in earlier if one.promoted_at is not None)


def _origin(version: ModelVersion) -> list[tuple[str, str]]:
    card = version.card
    return [
        (gettext_noop("Phases"), ", ".join(str(phase) for phase in card.get("phases", []))),
        (gettext_noop("Parent"), card.get("parent") or "none"),
        (gettext_noop("Seed"), str(card.get("seed", ""))),
        (gettext_noop("Snapshot"), card.get("trained_on", {}).get("snapshot", "")[:16]),
        (gettext_noop("Artefact"), version.artefact_sha256[:16]),
        (gettext_noop("Code"), (card.get("code") or "unknown")[:12]),
    ]
