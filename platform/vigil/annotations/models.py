"""What people say of videos: questions with their lease, answers, and the annotation with its revisions."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from vigil.predictions.models import PredictedSegment, Prediction
from vigil.projects.work import Work
from vigil.registry.models import ModelVersion
from vigil.videos.models import Video


class QuestionKind(models.TextChoices):
    """The cost ladder, cheapest first."""

    GLANCE = "glance"
    VERIFY = "verify"
    BOUNDS = "bounds"
    EXPLAIN = "explain"
    DIALOGUE = "dialogue"
    FULL = "full"


class QuestionState(models.TextChoices):
    OPEN = "open"
    LEASED = "leased"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class QuestionQuerySet(models.QuerySet["Question"]):
    def with_bodies(self) -> Self:
        """With everything that showing a question needs."""
        related = self.select_related("video__project", "segment", "prediction__model_version")
        return related.prefetch_related("video__renditions")

    def waiting(self) -> Self:
        """Neither answered nor withdrawn, whoever holds them."""
        return self.filter(state__in=[QuestionState.OPEN, QuestionState.LEASED])


class Question(models.Model):
    """One question about one place of one video, with the reason why it is asked."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="questions")
    kind = models.CharField(max_length=10, choices=QuestionKind.choices)
    start_ms = models.IntegerField()
    end_ms = models.IntegerField()
    prediction = models.ForeignKey(Prediction, on_delete=models.SET_NULL, null=True, blank=True)
    segment = models.ForeignKey(PredictedSegment, on_delete=models.SET_NULL, null=True, blank=True)
    priority = models.FloatField(default=0.0, help_text="Expected gain per second of a person's time; highest first")
    reason = models.CharField(max_length=300, help_text="Why this place, in English")
    reason_parts = models.JSONField(
        default=list, blank=True, help_text="[[text, {blank: value}]]: its sentences, to be told in other languages"
    )
    state = models.CharField(max_length=10, choices=QuestionState.choices, default=QuestionState.OPEN)
    leased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="leases"
    )
    leased_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-priority", "id"], condition=Q(state__in=["open", "leased"]), name="question_queue"),
            models.Index(
                fields=["kind", "-priority", "id"],
                condition=Q(state__in=["open", "leased"]),
                name="question_kind_queue",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(start_ms__gte=0) & Q(end_ms__gt=F("start_ms")), name="question_is_an_interval"
            )
        ]

    def lease_ms(self, now: datetime) -> int:
        """What is left of the lease; 0 without one."""
        if self.state != QuestionState.LEASED or self.leased_until is None:
            return 0
        return max(0, int((self.leased_until - now).total_seconds() * 1000))


class Skip(models.Model):
    """A person passed a question by: it stays open for everybody else."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="skips")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="skips")
    skipped_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "user"], name="skip_once_a_person")]


class Outcome(models.TextChoices):
    ACCEPTED = "accepted"
    CHANGED = "changed"
    REJECTED = "rejected"
    MANUAL = "manual"


class Answer(models.Model):
    """A person's answer to a question. A database trigger refuses every change but that of `withdrawn_at`."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="answers")
    kind = models.CharField(max_length=10, choices=QuestionKind.choices)
    payload = models.JSONField(help_text='glance: {"moments_ms": [..]}; verify: {"verdict": "yes"|"no"|"unsure"}')
    spent_ms = models.PositiveIntegerField(default=0, help_text="Time on the question, idle time left out")
    created_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)


class AnnotationState(models.TextChoices):
    DRAFT = "draft"
    SUBMITTED = "submitted"


class Annotation(models.Model):
    """One person's (or the frozen truth's) segments of one video. Writes name the revision they build on."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="annotations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    is_frozen_truth = models.BooleanField(default=False, help_text="Ground truth of the test split; never trained on")
    prediction = models.ForeignKey(Prediction, on_delete=models.SET_NULL, null=True, blank=True)
    state = models.CharField(max_length=10, choices=AnnotationState.choices, default=AnnotationState.DRAFT)
    is_fully_watched = models.BooleanField(default=False, help_text="Outside the segments all is normal")
    revision = models.PositiveIntegerField(default=0)
    said_revision = models.PositiveIntegerField(default=0, help_text="The newest that changed more than the time spent")
    first_submitted_revision = models.PositiveIntegerField(
        null=True, blank=True, help_text="What they said before they could see what others had said"
    )
    spent_ms = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["video", "user"], condition=Q(is_frozen_truth=False), name="annotation_once_a_person"
            ),
            models.UniqueConstraint(
                fields=["video"], condition=Q(is_frozen_truth=True), name="frozen_truth_once_a_video"
            ),
        ]


class Segment(models.Model):
    """One event in an annotation. `key` is made by the client and stays through all revisions."""

    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="segments")
    key = models.UUIDField(default=uuid.uuid4)
    start_ms = models.IntegerField()
    end_ms = models.IntegerField()
    label = models.CharField(max_length=120)
    explanation = models.TextField(blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    source = models.ForeignKey(
        PredictedSegment, on_delete=models.SET_NULL, null=True, blank=True, help_text="The model's segment it came from"
    )
    draft_explanation = models.TextField(blank=True, help_text="The model's sentence that the person saw")
    draft = models.ForeignKey(
        "annotations.Draft", on_delete=models.SET_NULL, null=True, blank=True, help_text="Where that sentence is newer"
    )
    dialogue = models.JSONField(
        default=list, blank=True, help_text='[{"role": "user"|"assistant", "text"}]: questions, each with its answer'
    )

    class Meta:
        ordering = ["start_ms", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["annotation", "key"], name="segment_key_once_an_annotation"),
            models.CheckConstraint(
                condition=Q(start_ms__gte=0) & Q(end_ms__gt=F("start_ms")), name="segment_is_an_interval"
            ),
        ]


class DraftKind(models.TextChoices):
    EXPLANATION = "explanation"
    ANSWER = "answer"


class Draft(Work):
    """A person asked the current model for words about one interval; a gpu worker writes them here, once."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=12, choices=DraftKind.choices)
    start_ms = models.IntegerField()
    end_ms = models.IntegerField()
    label = models.CharField(max_length=120)
    question = models.TextField(blank=True, help_text="What an answer answers")
    text = models.TextField(blank=True)
    confidence = models.FloatField(null=True, blank=True, help_text="None: the template spoke for the model")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(start_ms__gte=0) & Q(end_ms__gt=F("start_ms")), name="draft_is_about_an_interval"
            )
        ]


class Revision(models.Model):
    """The whole document at each save. Append only: a database trigger refuses every change."""

    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["annotation", "number"], name="revision_once")]
