"""What people say of each other's work: reviews, comments, and who annotates what a second time."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from vigil.annotations.models import Annotation
from vigil.projects.models import Project
from vigil.videos.models import Video


class ReviewVerdict(models.TextChoices):
    """What a reviewer says of one segment. `fixed`: the reviewer changed it, and it is right as it is now."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    FIXED = "fixed"


class SegmentReview(models.Model):
    """One verdict on one segment; the newest of a segment counts. A database trigger refuses every change."""

    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="segment_reviews")
    segment_key = models.UUIDField()
    verdict = models.CharField(max_length=10, choices=ReviewVerdict.choices)
    comment = models.TextField(blank=True)
    content = models.JSONField(help_text="The segment as it was when the reviewer saw it")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="segment_reviews")
    reviewed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["annotation", "segment_key", "-id"], name="segment_review_newest")]


class AnnotationReview(models.Model):
    """A reviewer is through with an annotation at a revision. A database trigger refuses every change."""

    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="reviews")
    revision = models.PositiveIntegerField()
    is_sent_back = models.BooleanField(help_text="Something was rejected: the author corrects it and submits again")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="annotation_reviews")
    reviewed_at = models.DateTimeField(auto_now_add=True)


class CommentQuerySet(models.QuerySet["Comment"]):
    def standing(self) -> Self:
        """Those that their author has not removed."""
        return self.filter(removed_at=None)

    def unresolved(self) -> Self:
        """The beginnings of threads that nobody has settled yet."""
        return self.standing().filter(parent=None, resolved_at=None)


class Comment(models.Model):
    """A remark pinned to a moment of a video, or the reply to one. Replies are one level deep."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="comments")
    at_ms = models.IntegerField()
    segment_key = models.UUIDField(null=True, blank=True)
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies")
    created_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="resolved_comments"
    )
    removed_at = models.DateTimeField(null=True, blank=True, help_text="Its replies stay")
    key = models.UUIDField(null=True, blank=True, help_text="Made by who wrote it: sent twice, it is one comment")

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["at_ms", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(at_ms__gte=0), name="comment_is_at_a_moment"),
            models.UniqueConstraint(fields=["author", "key"], name="comment_once_a_key"),
        ]


class DoubleAnnotation(models.Model):
    """A project's rule: which share of its videos two people annotate, and whether blind to each other."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="double_annotation")
    share_percent = models.PositiveSmallIntegerField(default=0)
    is_blind = models.BooleanField(default=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(share_percent__lte=100), name="double_share_is_a_percentage")]


class SecondReading(models.Model):
    """Who annotates a video after somebody else has; one person a video."""

    video = models.OneToOneField(Video, on_delete=models.CASCADE, related_name="second_reading")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_readings")
    assigned_at = models.DateTimeField(auto_now_add=True)
