"""Trains waiting runs: snapshot to candidate, candidate through the gate."""

import logging
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from ml.contracts import Progress, ProgressCallback, ShouldStop, TrainingJob, TrainingOutcome, to_json
from ml.errors import TrainingStopped
from ml.model.artefact import CARD_FILE, read_json
from ml.training.run import train
from vigil.gpu.claims import MAX_ATTEMPTS, killed_too_often, release
from vigil.gpu.progress import RunProgress
from vigil.gpu.reasons import EXPECTED, in_words
from vigil.gpu.services.evaluate import Evaluation, evaluate_split
from vigil.gpu.services.loaded_model import KEPT
from vigil.gpu.stopping import Stopped, should_stop_of
from vigil.projects.dead_claims import free_dead_claims
from vigil.projects.heartbeat import Pulse, heartbeat
from vigil.projects.stopping import process_is_ending
from vigil.projects.work import WorkQuerySet
from vigil.registry.models import ModelVersion
from vigil.registry.selectors import artefact_path, production_model
from vigil.registry.services import model_metrics_set
from vigil.retraining.gate import gate_verdict, metrics_json
from vigil.retraining.models import TrainingRun
from vigil.retraining.selectors import work_path
from vigil.retraining.services.progress import run_fail, run_model_record, run_succeed
from vigil.snapshots.selectors import frozen_truths, training_videos

log = logging.getLogger(__name__)


def train_next(*, runs: WorkQuerySet | None = None, on_progress: ProgressCallback | None = None) -> int:
    """Trains waiting runs (None: all there are) until none is left; how many it took.

    A run whose worker was killed is taken up at its last checkpoint.
    """
    rows: WorkQuerySet = TrainingRun.objects.all() if runs is None else runs
    free_dead_claims(rows)
    taken = 0
    while not process_is_ending.is_set():
        claimed: TrainingRun | None = rows.claim_next()
        if claimed is None:
            break
        KEPT.release()
        _serve(claimed, on_progress)
        taken += 1
    return taken


def _serve(run: TrainingRun, on_progress: ProgressCallback | None) -> None:
    """Does one claimed run and writes how it ended."""
    try:
        with heartbeat(TrainingRun, run.pk) as pulse:
            if run.attempts > MAX_ATTEMPTS:
                raise killed_too_often(run)
            _train_and_gate(run, pulse, on_progress)
    except (Stopped, TrainingStopped):
        log.info("training run %s stopped; its checkpoint is kept", run.pk)
        release(TrainingRun, run.pk)
    except (KeyboardInterrupt, SystemExit):
        release(TrainingRun, run.pk)
        raise
    except EXPECTED as error:
        log.warning("training run %s failed: %s", run.pk, error)
        run_fail(run=run, error=in_words(error))
    except Exception as error:  # the worker's edge: the reason is on the row, the traceback in the log
        log.exception("training run %s failed", run.pk)
        run_fail(run=run, error=in_words(error))


def _train_and_gate(run: TrainingRun, pulse: Pulse, on_progress: ProgressCallback | None) -> None:
    progress = RunProgress(run, on_progress)
    is_asked_to_stop = should_stop_of(pulse)

    def should_stop() -> bool:
        return not progress.is_ours or is_asked_to_stop()

    version = run.model_version or _train(run, progress, should_stop)
    gate = _gate(run, version, progress, should_stop)
    progress.flush()
    if run_succeed(run=run, gate=gate):
        shutil.rmtree(work_path(run), ignore_errors=True)


def _train(run: TrainingRun, progress: RunProgress, should_stop: ShouldStop) -> ModelVersion:
    """The candidate, trained from where the last checkpoint left it."""
    artefact = f"{run.project_id}/run-{run.pk}"
    job = training_job(run, artefact)
    outcome = train(job, progress, should_stop)
    return run_model_record(run=run, outcome=outcome, artefact=artefact, card=_card(run, outcome))


def training_job(run: TrainingRun, artefact: str) -> TrainingJob:
    """What `ml` needs to know of the run; equal each time the run is taken up."""
    out_dir, work_dir = settings.ARTEFACT_ROOT / artefact, work_path(run)
    for folder in (out_dir.parent, work_dir, settings.FEATURE_STORE):
        folder.mkdir(parents=True, exist_ok=True)
    return TrainingJob(
        videos=tuple(training_videos(run.snapshot)),
        profile=run.profile,
        phases=tuple(run.phases),
        out_dir=str(out_dir),
        work_dir=str(work_dir),
        store_dir=str(settings.FEATURE_STORE),
        template=run.project.template,
        parent_dir=str(artefact_path(run.parent)) if run.parent else "",
        seed=run.seed,
        weights_dir=str(settings.WEIGHTS_ROOT),
        store_cap_gb=float(settings.FEATURE_STORE_GB),
    )


def _card(run: TrainingRun, outcome: TrainingOutcome) -> dict[str, Any]:
    """What a person should know of the model before relying on it."""
    written = read_json(Path(outcome.artefact_dir) / CARD_FILE)
    return {
        "trained_on": {
            "snapshot": run.snapshot.content_sha256,
            "answers": run.snapshot.counts,
            "used": dict(outcome.counts),
        },
        "phases": list(run.phases),
        "parent": run.parent.name if run.parent else None,
        "profile": outcome.profile,
        "seed": run.seed,
        "classes": written.get("classes", []),
        "unreadable": written.get("unreadable", []),
        "code": written.get("git_commit", ""),
        "last_losses": to_json(outcome.metrics),
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _gate(run: TrainingRun, candidate: ModelVersion, progress: RunProgress, should_stop: ShouldStop) -> dict[str, Any]:
    """Candidate and production on the frozen test split, and what that advises."""
    truths = frozen_truths(project=run.project)
    production = production_model(project=run.project)
    gate: dict[str, Any] = {"split": "test", "videos": len(truths), "candidate": None, "production": None, "failed": []}
    versions = {"candidate": candidate, "production": production} if truths else {}
    names = [name for name, version in versions.items() if version is not None]
    for index, name in enumerate(names):

        def on_video(step: int, total: int, done: int = index) -> None:
            progress(Progress("evaluate", done * total + step, len(names) * total))

        version = versions[name]
        if version is None:
            continue
        found = evaluate_split(version=version, truths=truths, should_stop=should_stop, on_video=on_video)
        gate[name] = metrics_json(version.name, found.result)
        gate["failed"] += _failures(name, found)
        model_metrics_set(version=version, metrics=gate[name])
    gate["verdict"] = gate_verdict(gate["candidate"], gate["production"])
    return gate


def _failures(name: str, found: Evaluation) -> list[dict[str, str]]:
    return [{"model": name, "video": video.name, "error": error} for video, error in found.failed]
