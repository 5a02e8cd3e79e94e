"""Reads model versions: which there are, which is in production, where the files of one lie."""

from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from vigil.projects.errors import Missing
from vigil.projects.models import Project
from vigil.registry.models import ModelState, ModelVersion


def models_of(*, project: Project) -> QuerySet[ModelVersion]:
    """All versions of the project, newest first."""
    return ModelVersion.objects.filter(project=project).select_related("parent").order_by("-number")


def production_model(*, project: Project) -> ModelVersion | None:
    """The version in production, or None before the first promotion."""
    return ModelVersion.objects.filter(project=project, state=ModelState.PRODUCTION).first()


def model_by_name(*, project: Project, name: str | None) -> ModelVersion:
    """The version that people call `v3` (or `3`); None means the one in production.

    Raises:
        Missing: no such version; the text lists those that exist.
    """
    if name is None:
        version = production_model(project=project)
        if version is None:
            raise Missing(
                _("project %(project)r has no model in production; promote one: %(known)s")
                % {"project": project.name, "known": _known(project)}
            )
        return version
    digits = name.removeprefix("v")
    known = ModelVersion.objects.filter(project=project, number=int(digits)) if digits.isdecimal() else None
    version = known.first() if known is not None else None
    if version is None:
        raise Missing(
            _("project %(project)r has no model %(name)r; it has %(known)s")
            % {"project": project.name, "name": name, "known": _known(project)}
        )
    return version


def model_to_use(*, project: Project, name: str | None) -> ModelVersion:
    """The named version; without a name the one in production, or else the newest candidate.

    Raises:
        Missing: the project has no model yet, or none of that name.
    """
    if name is not None:
        return model_by_name(project=project, name=name)
    version = production_model(project=project) or models_of(project=project).first()
    if version is None:
        raise Missing(f"project {project.name!r} has no model yet; make one with: manage.py train --project ... --wait")
    return version


def artefact_path(version: ModelVersion) -> Path:
    """The folder with the version's weights, tokenizer, profile and card."""
    return Path(settings.ARTEFACT_ROOT) / version.artefact


def _known(project: Project) -> str:
    names = [version.name for version in models_of(project=project)]
    return ", ".join(names) if names else _("none yet (manage.py train makes one)")
