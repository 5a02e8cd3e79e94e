"""Rows that the retraining tests share."""

from typing import Any

from tests.factories import ModelVersionFactory, VideoFactory
from vigil.projects.models import Project
from vigil.registry.models import ModelState, ModelVersion
from vigil.retraining.models import TrainingRun
from vigil.snapshots.services import snapshot_take


def run_of(project: Project, **fields: Any) -> TrainingRun:
    """A queued run of all phases on a snapshot of what is known."""
    if not project.videos.exists():
        VideoFactory(project=project)
    given = {"profile": "tiny", "phases": [1, 2, 3], **fields}
    run: TrainingRun = TrainingRun.objects.create(project=project, snapshot=snapshot_take(project=project), **given)
    return run


def candidate_of(project: Project, number: int, **fields: Any) -> ModelVersion:
    """A version that nobody promoted."""
    version: ModelVersion = ModelVersionFactory(
        project=project, number=number, state=ModelState.CANDIDATE, promoted_at=None, **fields
    )
    return version
