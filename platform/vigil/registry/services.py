"""Writes model versions. Each change of state is one conditional UPDATE, so that the second of two people loses."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from vigil.projects.errors import Conflict
from vigil.projects.models import Project
from vigil.registry.models import ModelState, ModelVersion


@transaction.atomic
def model_version_create(
    *,
    project: Project,
    profile: str,
    artefact: str,
    artefact_sha256: str,
    parent: ModelVersion | None = None,
    card: Mapping[str, Any] | None = None,
) -> ModelVersion:
    """The next version of the project, as a candidate. `artefact` is a folder relative to ARTEFACT_ROOT."""
    _lock(project)
    last = ModelVersion.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    return ModelVersion.objects.create(
        project=project,
        number=last + 1,
        parent=parent,
        profile=profile,
        artefact=artefact,
        artefact_sha256=artefact_sha256,
        card=dict(card or {}),
    )


def model_metrics_set(*, version: ModelVersion, metrics: Mapping[str, Any]) -> None:
    """Keeps the version's figures on the frozen test split."""
    ModelVersion.objects.filter(pk=version.pk).update(metrics=dict(metrics))
    version.metrics = dict(metrics)


@transaction.atomic
def model_promote(*, version: ModelVersion) -> ModelVersion:
    """Puts the version into production and the one that was there into the archive.

    Raises:
        Conflict: it already is in production.
    """
    _lock(version.project)
    waiting = ModelVersion.objects.filter(pk=version.pk).exclude(state=ModelState.PRODUCTION)
    if not waiting.exists():
        raise Conflict(
            _("%(model)s already is in production; choose another version to promote") % {"model": version.name}
        )
    in_production = ModelVersion.objects.filter(project=version.project, state=ModelState.PRODUCTION)
    in_production.update(state=ModelState.ARCHIVED)
    waiting.update(state=ModelState.PRODUCTION, promoted_at=timezone.now())
    version.refresh_from_db()
    return version


@transaction.atomic
def model_rollback(*, project: Project) -> ModelVersion:
    """Puts the version promoted before the present one back into production; called twice it goes back twice.

    Raises:
        Conflict: nothing is in production, or nothing was before it.
    """
    _lock(project)
    current = ModelVersion.objects.filter(project=project, state=ModelState.PRODUCTION).first()
    if current is None:
        raise Conflict(
            _("project %(project)r has no model in production; promote one first") % {"project": project.name}
        )
    earlier = ModelVersion.objects.filter(
        project=project, state=ModelState.ARCHIVED, promoted_at__lt=current.promoted_at
    )
    previous = earlier.order_by("-promoted_at").first()
    if previous is None:
        raise Conflict(
            _("no model was in production before %(model)s; there is nothing to roll back to") % {"model": current.name}
        )
    # The one taken back is no longer part of the line of promotions: a later rollback must not return to it.
    ModelVersion.objects.filter(pk=current.pk, state=ModelState.PRODUCTION).update(
        state=ModelState.ARCHIVED, promoted_at=None
    )
    ModelVersion.objects.filter(pk=previous.pk).update(state=ModelState.PRODUCTION)
    previous.refresh_from_db()
    return previous


def _lock(project: Project) -> None:
    """Makes changes to the versions of one project wait for each other until the transaction ends."""
    Project.objects.select_for_update().get(pk=project.pk)
