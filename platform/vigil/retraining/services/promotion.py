"""Putting a model version into production and taking it back. Both renew the pre-labels and the queue."""

from django.db import transaction

from vigil.accounts.models import User
from vigil.accounts.services import audit_record
from vigil.active_learning.services import queue_fill
from vigil.predictions.services import prelabels_request
from vigil.projects.models import Project
from vigil.registry.models import ModelVersion
from vigil.registry.selectors import model_by_name
from vigil.registry.services import model_promote, model_rollback
from vigil.retraining.services.requests import require_manager


@transaction.atomic
def candidate_promote(*, user: User | None, project: Project, name: str) -> ModelVersion:
    """The named version, now in production. `user` None is the command line.

    Raises:
        NotAllowed: the person is no manager of the project.
        Missing: there is no such version.
        Conflict: it already is in production.
    """
    require_manager(user=user, project=project)
    version = model_by_name(project=project, name=name)
    return model_put_into_production(version=version, actor=user, action="model.promote")


@transaction.atomic
def production_rollback(*, user: User | None, project: Project) -> ModelVersion:
    """The version that was in production before, now back there.

    Raises:
        NotAllowed: the person is no manager of the project.
        Conflict: there is none to go back to.
    """
    require_manager(user=user, project=project)
    version = model_rollback(project=project)
    audit_record(actor=user, action="model.rollback", target=f"{project.slug} {version.name}")
    renew_prelabels(version)
    return version


@transaction.atomic
def model_put_into_production(*, version: ModelVersion, actor: User | None, action: str) -> ModelVersion:
    """Promotes, writes it into the audit trail and renews what follows from the production model."""
    promoted = model_promote(version=version)
    audit_record(actor=actor, action=action, target=f"{promoted.project.slug} {promoted.name}")
    renew_prelabels(promoted)
    return promoted


def renew_prelabels(version: ModelVersion) -> None:
    """Asks for the version's pre-labels; the queue is filled when the last is done, or now if none is missing."""
    waiting = prelabels_request(project=version.project, model_version=version)
    if not waiting and version.predictions.exists():
        queue_fill(project=version.project, model_version=version)
