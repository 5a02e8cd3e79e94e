"""Reads training runs, their loss curve and what a new run would learn from."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from vigil.accounts.models import Role
from vigil.projects.errors import Missing
from vigil.projects.models import Project
from vigil.projects.selectors import role_required
from vigil.retraining.models import LossPoint, TrainingRun

LOSS_POINTS_SHOWN = 400


def run_for(*, user: Any, run_id: int, at_least: Role = Role.VIEWER) -> TrainingRun:
    """The run, if the person's role in its project reaches `at_least`.

    Raises:
        Missing: no such run, or the person is no member of its project.
        NotAllowed: the role is too low.
    """
    missing = _("There is no training run %(run_id)s here, or you are not a member of its project.") % {
        "run_id": run_id
    }
    runs: QuerySet[TrainingRun] = TrainingRun.objects.filter(pk=run_id)
    run = runs.select_related("project", "snapshot", "model_version", "parent").defer("snapshot__manifest").first()
    if run is None:
        raise Missing(missing)
    role_required(user=user, project_id=run.project_id, at_least=at_least, missing=missing)
    return run


def runs_of(*, project: Project) -> QuerySet[TrainingRun]:
    """The project's runs, newest first."""
    runs: QuerySet[TrainingRun] = TrainingRun.objects.filter(project=project)
    shown = runs.select_related("snapshot", "model_version", "requested_by", "parent").order_by("-pk")
    return shown.defer("snapshot__manifest")  # It may be megabytes, and the page asks once a second.


def unfinished_run(*, project: Project) -> TrainingRun | None:
    """The run that waits or trains now; a project has one at a time."""
    run: TrainingRun | None = TrainingRun.objects.filter(project=project).unfinished().order_by("pk").first()
    return run


def losses_of(run: TrainingRun) -> dict[str, list[tuple[int, float]]]:
    """The loss curve by phase as (step, loss), thinned to what a page can show."""
    points = list(LossPoint.objects.filter(run=run).order_by("pk").values_list("phase", "step", "loss"))
    stride = max(1, len(points) // LOSS_POINTS_SHOWN)
    curves: dict[str, list[tuple[int, float]]] = {}
    for index, (phase, step, loss) in enumerate(points):
        if index % stride == 0 or index == len(points) - 1:
            curves.setdefault(phase, []).append((step, loss))
    return curves


def work_path(run: TrainingRun) -> Path:
    """The folder of the run's checkpoints."""
    return Path(settings.RUN_ROOT) / f"run-{run.pk}"
