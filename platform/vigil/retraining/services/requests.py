"""Asking for a training run, calling it off and asking again."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from vigil.accounts.models import Role, User
from vigil.accounts.services import audit_record
from vigil.config.env import env
from vigil.config.nudges import nudge
from vigil.projects.errors import Conflict, Invalid
from vigil.projects.models import Project
from vigil.projects.profiles import missing_weights, profile_names
from vigil.projects.selectors import role_required
from vigil.registry.models import ModelVersion
from vigil.registry.selectors import models_of, production_model
from vigil.retraining.models import TrainingRun
from vigil.retraining.selectors import unfinished_run
from vigil.snapshots.services import snapshot_take

TRAIN_TASK = "vigil.gpu.tasks.train_next"
ALL_PHASES = (1, 2, 3)


@transaction.atomic
def run_request(
    *,
    user: User | None,
    project: Project,
    phases: Iterable[int] = ALL_PHASES,
    profile: str = "",
    seed: int = 0,
) -> TrainingRun:
    """A new run on a snapshot of what is known now, waiting for a GPU worker. `user` None is the command line.

    Raises:
        NotAllowed: the person is no manager of the project.
        Invalid: phases or profile that there are not, or nothing to train on.
        Conflict: another run of the project waits or trains.
    """
    require_manager(user=user, project=project)
    Project.objects.select_for_update().get(pk=project.pk)
    wanted = checked_phases(phases)
    profile = profile or project.profile
    if profile not in profile_names():
        raise Invalid(
            _("there is no profile %(profile)r; choose one of %(profiles)s")
            % {"profile": profile, "profiles": ", ".join(profile_names())}
        )
    # Served, the weights need only be where the GPU is; the worker names them if they are not.
    lacking = [] if env.is_served else missing_weights(profile, phases=wanted)
    if lacking:
        raise Invalid(
            _(
                "profile %(profile)r needs pretrained weights in %(folder)s, and there are none; put them there "
                "(docs/reproduce.md), or choose another profile"
            )
            % {"profile": profile, "folder": lacking[0]}
        )
    active = unfinished_run(project=project)
    if active is not None:
        raise Conflict(
            _("training run %(run)s of %(project)r is %(state)s; wait for it or cancel it")
            % {"run": active.pk, "project": project.name, "state": _(active.state)}
        )
    parent = _parent(project, wanted, profile)
    run = TrainingRun.objects.create(
        project=project,
        snapshot=snapshot_take(project=project, user=user),
        parent=parent,
        profile=profile,
        phases=list(wanted),
        seed=seed,
        requested_by=user,
    )
    audit_record(actor=user, action="training.request", target=f"{project.slug} run {run.pk}", phases=list(wanted))
    nudge(TRAIN_TASK)
    return run


@transaction.atomic
def run_cancel(*, user: User | None, run: TrainingRun) -> TrainingRun:
    """Calls the run off; the worker stops at its next heartbeat and keeps the checkpoint.

    Raises:
        Conflict: the run already ended.
    """
    require_manager(user=user, project=run.project)
    if not TrainingRun.objects.cancel(run.pk):
        raise Conflict(_("training run %(run)s already ended; there is nothing to cancel") % {"run": run.pk})
    audit_record(actor=user, action="training.cancel", target=f"{run.project.slug} run {run.pk}")
    run.refresh_from_db()
    return run


@transaction.atomic
def run_retry(*, user: User | None, run: TrainingRun) -> TrainingRun:
    """Queues a failed or cancelled run again; it goes on from its last checkpoint.

    Raises:
        Conflict: the run did not end so, or another one is active.
    """
    require_manager(user=user, project=run.project)
    Project.objects.select_for_update().get(pk=run.project_id)
    active = unfinished_run(project=run.project)
    if active is not None:
        raise Conflict(
            _("training run %(run)s is %(state)s; wait for it or cancel it, then retry")
            % {"run": active.pk, "state": _(active.state)}
        )
    if not TrainingRun.objects.retry(run.pk):
        raise Conflict(_("training run %(run)s succeeded; start a new one to train again") % {"run": run.pk})
    TrainingRun.objects.filter(pk=run.pk).update(attempts=0, eta_s=None)
    audit_record(actor=user, action="training.retry", target=f"{run.project.slug} run {run.pk}")
    nudge(TRAIN_TASK)
    run.refresh_from_db()
    return run


def checked_phases(phases: Iterable[int]) -> tuple[int, ...]:
    """The phases, ascending.

    Raises:
        Invalid: none, one twice, or one that there is not.
    """
    asked = list(phases)
    wanted = tuple(sorted(set(asked)))
    if not wanted or len(wanted) != len(asked) or not set(wanted) <= set(ALL_PHASES):
        given = ",".join(str(phase) for phase in asked) or _("none")
        raise Invalid(
            _("phases %(given)s cannot be trained; name each of 1, 2 and 3 at most once, as in 1,2,3")
            % {"given": given}
        )
    return wanted


def require_manager(*, user: User | None, project: Project) -> None:
    """Refuses people who may not retrain or promote; `None` is the command line of the machine's owner."""
    if user is None:
        return
    missing = _("There is no project %(project)r here, or you are not a member of it.") % {"project": project.slug}
    role_required(user=user, project_id=project.pk, at_least=Role.MANAGER, missing=missing)


def _parent(project: Project, phases: tuple[int, ...], profile: str) -> ModelVersion | None:
    """Where the detector comes from when phase 1 is left out; a run with phase 1 starts from nothing."""
    if 1 in phases:
        return None
    parent = production_model(project=project) or models_of(project=project).first()
    if parent is None:
        raise Invalid(
            _("phase %(phase)s builds on a trained model, and %(project)r has none; use phases 1,2,3")
            % {"phase": phases[0], "project": project.name}
        )
    if parent.profile != profile:
        raise Invalid(
            _(
                "phase %(phase)s would build on %(model)s, which has profile %(other)r, not %(profile)r; use "
                "phases 1,2,3"
            )
            % {"phase": phases[0], "model": parent.name, "other": parent.profile, "profile": profile}
        )
    return parent
