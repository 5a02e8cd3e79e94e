"""The filters as conditions on videos. Each is a set of ids that the database builds once, not a question per row."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from functools import cached_property

from django.db.models import Q, QuerySet

from vigil.accounts.models import User
from vigil.annotations.models import Annotation, AnnotationState, Outcome, Question, Segment
from vigil.finding.filters import FACETS, VideoFilters
from vigil.predictions.models import PredictedSegment, Prediction
from vigil.projects.models import Project
from vigil.projects.work import WorkState
from vigil.registry.models import ModelVersion
from vigil.review.double import blind_videos
from vigil.review.queue import STATES as REVIEW_STATES
from vigil.review.selectors import submitted_for_review
from vigil.videos.models import Split, Video, WeakLabel


class Conditions:
    """What each filter means in one project, for one person: what is blind to them stays so."""

    def __init__(self, *, project: Project, user: User, version: ModelVersion | None) -> None:
        self.project, self.user, self.version = project, user, version

    def of(self, filters: VideoFilters, *, leave_out: str = "") -> Q:
        """All filters together, but the one to leave out."""
        wanted = Q()
        for name in FACETS:
            value = getattr(filters, name)
            if value and name != leave_out:
                wanted &= self.facets[name][value]
        if filters.text:
            wanted &= Q(name__icontains=filters.text) | Q(group__icontains=filters.text)
        if filters.camera and leave_out != "camera":
            wanted &= Q(group=filters.camera)
        if filters.label and leave_out != "label":
            wanted &= self.with_label(filters.label)
        return wanted & self._days(filters) & self._scores(filters)

    @cached_property
    def facets(self) -> Mapping[str, Mapping[str, Q]]:
        """By filter and value."""
        prediction = self._predictions()
        abnormal = prediction.filter(judgement__is_abnormal=True)
        person = Annotation.objects.filter(video__project=self.project, is_frozen_truth=False)
        submitted = Q(pk__in=person.filter(state=AnnotationState.SUBMITTED).values("video"))
        begun = Q(pk__in=person.filter(revision__gt=0).values("video"))
        asked = Q(pk__in=Question.objects.waiting().filter(video__project=self.project).values("video"))
        predicted, is_abnormal = Q(pk__in=prediction.values("video")), Q(pk__in=abnormal.values("video"))
        for_review = submitted_for_review(project=self.project, user=self.user).order_by()
        return {
            "state": {
                "ready": Q(state=WorkState.SUCCEEDED),
                "working": Q(state__in=[WorkState.QUEUED, WorkState.RUNNING]),
                "quarantined": Q(state__in=[WorkState.FAILED, WorkState.CANCELLED]),
            },
            "labelled": {"yes": submitted, "draft": begun & ~submitted, "no": ~begun & ~submitted},
            "judged": {"abnormal": is_abnormal, "normal": predicted & ~is_abnormal, "none": ~predicted},
            "questions": {"yes": asked, "no": ~asked},
            "review": {
                name: Q(pk__in=for_review.filter(REVIEW_STATES[name]).values("video")) for name in FACETS["review"][1]
            },
            "weak_label": {value: Q(weak_label=value) for value in WeakLabel.values},
            "split": {value: Q(split=value) for value in Split.values},
            "dated": {"yes": Q(recorded_at__isnull=False), "no": Q(recorded_at=None)},
        }

    def with_label(self, label: str) -> Q:
        """Videos that people, the model in production or the data set give this label."""
        said = Segment.objects.filter(annotation__video__project=self.project, label=label)
        said = said.exclude(outcome=Outcome.REJECTED).filter(annotation__is_frozen_truth=False)
        said = said.filter(self.may_see)
        seen = PredictedSegment.objects.filter(prediction__in=self._predictions(), label=label)
        return (
            Q(pk__in=said.values("annotation__video"))
            | Q(pk__in=seen.values("prediction__video"))
            | Q(classes__contains=[label])
        )

    @cached_property
    def may_see(self) -> Q:
        """Of segments: one's own, and what others have submitted and is not blind to this person."""
        others = Q(annotation__state=AnnotationState.SUBMITTED) & ~Q(annotation__video__in=self.blind)
        return Q(annotation__user=self.user) | others

    @cached_property
    def blind(self) -> list[int]:
        """Videos whose labels by others this person must not see yet."""
        return list(blind_videos(project=self.project, user=self.user))

    def videos(self) -> QuerySet[Video]:
        """All of the project."""
        return Video.objects.filter(project=self.project)

    def _predictions(self) -> QuerySet[Prediction]:
        return Prediction.objects.filter(model_version=self.version) if self.version else Prediction.objects.none()

    def _scores(self, filters: VideoFilters) -> Q:
        within = {"peak__gte": filters.score_from, "peak__lte": filters.score_to}
        given = {name: value for name, value in within.items() if value is not None}
        return Q(pk__in=self._predictions().filter(**given).values("video")) if given else Q()

    def _days(self, filters: VideoFilters) -> Q:
        wanted = Q()
        if filters.day_from:
            wanted &= Q(recorded_at__gte=datetime.combine(filters.day_from, time(), UTC))
        if filters.day_after:
            wanted &= Q(recorded_at__lt=datetime.combine(filters.day_after, time(), UTC))
        return wanted
