"""What a running training run writes about itself: progress, losses, the model it made, how it ended."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from ml.contracts import Progress, TrainingOutcome
from vigil.projects.work import WorkState, worker_name
from vigil.registry.models import ModelVersion
from vigil.registry.selectors import production_model
from vigil.registry.services import model_version_create
from vigil.retraining.models import LossPoint, TrainingRun
from vigil.retraining.services.promotion import model_put_into_production


def run_progress_save(*, run: TrainingRun, latest: Progress, points: Sequence[Progress]) -> bool:
    """Keeps where the run is and its new loss points; False when the run is no longer this worker's."""
    mine = TrainingRun.objects.filter(pk=run.pk, state=WorkState.RUNNING, claimed_by=worker_name())
    is_ours = mine.update(
        phase=latest.phase, step=latest.step, total_steps=latest.total_steps, eta_s=_finite(latest.eta_s)
    )
    losses = [
        LossPoint(run=run, phase=one.phase, step=one.step, loss=loss, lr=_finite(one.lr))
        for one in points
        if (loss := _finite(one.loss)) is not None
    ]
    # A resumed run repeats the steps after its checkpoint; their points are already there.
    LossPoint.objects.bulk_create(losses, ignore_conflicts=True)
    return bool(is_ours)


@transaction.atomic
def run_model_record(
    *, run: TrainingRun, outcome: TrainingOutcome, artefact: str, card: Mapping[str, Any]
) -> ModelVersion:
    """The candidate that the run made. A second call gives the same version."""
    TrainingRun.objects.select_for_update().get(pk=run.pk)
    run.refresh_from_db()
    if run.model_version is not None:
        return run.model_version
    version = model_version_create(
        project=run.project,
        profile=outcome.profile,
        artefact=artefact,
        artefact_sha256=outcome.artefact_sha256,
        parent=run.parent,
        card=card,
    )
    TrainingRun.objects.filter(pk=run.pk).update(model_version=version, counts=dict(outcome.counts))
    run.refresh_from_db()
    return version


@transaction.atomic
def run_succeed(*, run: TrainingRun, gate: Mapping[str, Any]) -> bool:
    """Ends the run with its gate. The project's first model goes into production at once; False if not ended by us."""
    if not TrainingRun.objects.finish(run.pk, WorkState.SUCCEEDED):
        return False
    is_first = run.model_version is not None and production_model(project=run.project) is None
    TrainingRun.objects.filter(pk=run.pk).update(gate={**gate, "promoted_as_first": is_first}, eta_s=None)
    if is_first and run.model_version is not None:
        model_put_into_production(version=run.model_version, actor=run.requested_by, action="model.promote_first")
    return True


def run_fail(*, run: TrainingRun, error: str) -> bool:
    """Ends the run with the reason, in words for the page."""
    return TrainingRun.objects.finish(run.pk, WorkState.FAILED, error)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
