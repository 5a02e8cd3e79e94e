"""What the home page shows: how far each project is."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from vigil.accounts.models import User
from vigil.annotations.models import Annotation, AnnotationState, Question
from vigil.projects.models import Project
from vigil.projects.selectors import projects_of
from vigil.projects.work import WorkState
from vigil.registry.models import ModelState, ModelVersion
from vigil.videos.models import Video

QUARANTINED = (WorkState.FAILED, WorkState.CANCELLED)


@dataclass(frozen=True)
class ProjectProgress:
    """One project as the home page shows it."""

    project: Project
    videos: int
    quarantined: int
    labelled: int
    questions_open: int
    model: ModelVersion | None

    @property
    def labelled_percent(self) -> int:
        return round(100 * self.labelled / self.videos) if self.videos else 0


def progress_of(*, user: User) -> list[ProjectProgress]:
    """Every project of the person with its numbers, by name."""
    return progress(projects=list(projects_of(user=user)))


def progress(*, projects: list[Project]) -> list[ProjectProgress]:
    """These projects with their numbers, in their order."""
    submitted = Annotation.objects.filter(state=AnnotationState.SUBMITTED, is_frozen_truth=False)
    videos = _counts(Video.objects.filter(project__in=projects), "project_id")
    failed = _counts(Video.objects.filter(state__in=QUARANTINED, project__in=projects), "project_id")
    labelled = _counts(submitted.filter(video__project__in=projects), "video__project_id", "video_id")
    waiting = _counts(Question.objects.waiting().filter(video__project__in=projects), "video__project_id")
    in_production = ModelVersion.objects.filter(project__in=projects, state=ModelState.PRODUCTION)
    models = {version.project_id: version for version in in_production}
    return [
        ProjectProgress(
            project=project,
            videos=videos.get(project.pk, 0),
            quarantined=failed.get(project.pk, 0),
            labelled=labelled.get(project.pk, 0),
            questions_open=waiting.get(project.pk, 0),
            model=models.get(project.pk),
        )
        for project in projects
    ]


def _counts(rows: QuerySet[Any], group: str, distinct: str = "pk") -> dict[int, int]:
    return dict(rows.order_by().values_list(group).annotate(count=Count(distinct, distinct=True)))
