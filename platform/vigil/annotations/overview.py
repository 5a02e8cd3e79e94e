"""What the home and project pages show: how far each project is, and its videos with filters and an order."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, FloatField, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from vigil.accounts.models import User
from vigil.annotations.models import Annotation, AnnotationState, Question
from vigil.annotations.selectors import labelled_by_somebody
from vigil.predictions.models import Prediction
from vigil.projects.models import Project
from vigil.projects.selectors import projects_of
from vigil.projects.work import WorkState
from vigil.registry.models import ModelState, ModelVersion
from vigil.registry.selectors import production_model
from vigil.videos.models import Split, Video, WeakLabel

SPARK_WIDTH, SPARK_HEIGHT, SPARK_POINTS = 120, 24, 60

STATES = {
    "ready": Q(state=WorkState.SUCCEEDED),
    "working": Q(state__in=[WorkState.QUEUED, WorkState.RUNNING]),
    "quarantined": Q(state__in=[WorkState.FAILED, WorkState.CANCELLED]),
}
LABELLED = {
    "yes": Q(is_labelled=True),
    "draft": Q(is_labelled=False, is_begun=True),
    "no": Q(is_labelled=False, is_begun=False),
}
ORDERS = {
    "name": [F("name").asc()],
    "score": [F("peak").desc(nulls_last=True), F("name").asc()],
    "duration": [F("duration_ms").desc(), F("name").asc()],
    "newest": [F("imported_at").desc(), F("pk").desc()],
    "questions": [F("questions_open").desc(), F("name").asc()],
}


class ArrayMax(Func):
    """The largest value of an array column."""

    template = "(SELECT max(score) FROM unnest(%(expressions)s) AS score)"
    output_field = FloatField()


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


@dataclass(frozen=True)
class VideoFilters:
    """What a person narrowed the list of videos down to; unknown values are as if they were not given."""

    text: str = ""
    state: str = ""
    split: str = ""
    weak_label: str = ""
    labelled: str = ""
    order: str = "name"

    @classmethod
    def of_query(cls, query: Any) -> "VideoFilters":
        """The filters in a page's query string, each through its list of allowed values."""

        def one_of(name: str, allowed: Any, default: str = "") -> str:
            value = query.get(name, "")
            return value if value in allowed else default

        return cls(
            text=query.get("q", "").replace("\x00", "").strip()[:200],
            state=one_of("state", STATES),
            split=one_of("split", Split.values),
            weak_label=one_of("weak_label", WeakLabel.values),
            labelled=one_of("labelled", LABELLED),
            order=one_of("sort", ORDERS, "name"),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.state or self.split or self.weak_label or self.labelled)


def progress_of(*, user: User) -> list[ProjectProgress]:
    """Every project of the person with its numbers, by name."""
    return progress(projects=list(projects_of(user=user)))


def progress(*, projects: list[Project]) -> list[ProjectProgress]:
    """These projects with their numbers, in their order."""
    submitted = Annotation.objects.filter(state=AnnotationState.SUBMITTED, is_frozen_truth=False)
    videos = _counts(Video.objects.filter(project__in=projects), "project_id")
    failed = _counts(Video.objects.filter(STATES["quarantined"], project__in=projects), "project_id")
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


def videos_listed(*, project: Project, filters: VideoFilters) -> QuerySet[Video]:
    """The project's videos as the page lists them, each with its renditions and the numbers of its row."""
    version = production_model(project=project)
    of_video = Prediction.objects.filter(video=OuterRef("pk"), model_version=version)
    waiting = Question.objects.waiting().filter(video=OuterRef("pk")).order_by().values("video")
    begun = Annotation.objects.filter(video=OuterRef("pk"), is_frozen_truth=False, revision__gt=0)
    videos = Video.objects.filter(project=project).annotate(
        peak=Subquery(of_video.annotate(peak=ArrayMax("fused")).values("peak")[:1]),
        is_labelled=labelled_by_somebody(),
        is_begun=Exists(begun),
        questions_open=Coalesce(Subquery(waiting.annotate(count=Count("pk")).values("count")), 0),
    )
    wanted = Q(name__icontains=filters.text) | Q(group__icontains=filters.text) if filters.text else Q()
    wanted &= STATES.get(filters.state, Q()) & LABELLED.get(filters.labelled, Q())
    wanted &= Q(split=filters.split) if filters.split else Q()
    wanted &= Q(weak_label=filters.weak_label) if filters.weak_label else Q()
    listed: QuerySet[Video] = videos.filter(wanted).order_by(*ORDERS[filters.order]).prefetch_related("renditions")
    return listed


def sparklines(*, project: Project, videos: list[Video]) -> dict[int, str]:
    """By video: the points of a small SVG line of the production model's fused scores."""
    version = production_model(project=project)
    stored = Prediction.objects.filter(video__in=videos, model_version=version)
    return {video_id: spark_points(fused) for video_id, fused in stored.values_list("video_id", "fused")}


def spark_points(scores: list[float]) -> str:
    """Scores in [0, 1] as the points of an SVG polyline; of many, the highest of each stretch, so no peak is lost."""
    if not scores:
        return ""
    count = min(len(scores), SPARK_POINTS)
    peaks = [max(scores[i * len(scores) // count : (i + 1) * len(scores) // count]) for i in range(count)]
    peaks = peaks * 2 if count == 1 else peaks
    step = SPARK_WIDTH / (len(peaks) - 1)
    return " ".join(f"{i * step:.1f},{(1 - score) * (SPARK_HEIGHT - 2) + 1:.1f}" for i, score in enumerate(peaks))
