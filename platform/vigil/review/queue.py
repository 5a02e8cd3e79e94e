"""The reviewer's queue: what waits, with the numbers of each annotation, and where the next one is."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse

from vigil.accounts.models import User
from vigil.annotations.models import Annotation
from vigil.annotations.selectors import workbench_document
from vigil.projects.models import Project
from vigil.review.models import Comment, ReviewVerdict, SegmentReview
from vigil.review.selectors import (
    SENT_BACK,
    WAITS,
    newest_reviews,
    still_stands,
    submitted_for_review,
    waiting_for_review,
)

STATES = {"waiting": WAITS, "sent_back": SENT_BACK, "done": ~WAITS & ~SENT_BACK, "all": Q()}


@dataclass(frozen=True)
class ReviewLine:
    """One annotation as the review page lists it."""

    annotation: Annotation
    segments: int
    accepted: int
    fixed: int
    rejected: int
    comments: int

    @property
    def open(self) -> int:
        """Segments without a verdict that stands."""
        return self.segments - self.accepted - self.fixed - self.rejected

    @property
    def url(self) -> str:
        return review_url(self.annotation)


def review_url(annotation: Annotation) -> str:
    """Address of the workbench on this annotation."""
    return f"{reverse('workbench', args=[annotation.video_id])}?annotation={annotation.pk}"


def next_review_url(*, user: User, project: Project) -> str | None:
    """Where the annotation is that waits longest for this reviewer; None when nothing waits."""
    following = waiting_for_review(project=project, user=user).first()
    return review_url(following) if following else None


def review_queue(*, project: Project, user: User, state: str, author: str) -> QuerySet[Annotation]:
    """What the review page lists, oldest first: by state (a key of `STATES`) and by the author's name ("" = all)."""
    if state == "waiting":
        listed = waiting_for_review(project=project, user=user)
    else:
        listed = submitted_for_review(project=project, user=user).filter(STATES[state])
    return listed.filter(user__username=author) if author else listed


def review_lines(annotations: Iterable[Annotation]) -> list[ReviewLine]:
    """The annotations (segments prefetched) with their numbers."""
    listed = list(annotations)
    newest = newest_reviews(annotations=listed)
    commented = Comment.objects.unresolved().filter(video__in=[one.video_id for one in listed])
    comments: dict[int, int] = {}
    for video_id in commented.values_list("video_id", flat=True):
        comments[video_id] = comments.get(video_id, 0) + 1
    return [_line(one, newest[one.pk], comments.get(one.video_id, 0)) for one in listed]


def _line(annotation: Annotation, reviews: dict[UUID, SegmentReview], comments: int) -> ReviewLine:
    counts = dict.fromkeys(ReviewVerdict.values, 0)
    segments = workbench_document(annotation)["segments"]
    by_key = {str(key): review for key, review in reviews.items()}
    for segment in segments:
        review = by_key.get(segment["key"])
        if review is not None and still_stands(review, segment):
            counts[review.verdict] += 1
    return ReviewLine(annotation=annotation, segments=len(segments), comments=comments, **counts)


def authors_of(*, project: Project, user: User) -> list[str]:
    """Names of everybody else who submitted something in the project."""
    names = submitted_for_review(project=project, user=user).order_by("user__username")
    return list(names.values_list("user__username", flat=True).distinct())
