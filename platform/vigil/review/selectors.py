"""Reads reviews, and finds the annotations that wait for a reviewer or were sent back to their author."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import BooleanField, DateTimeField, F, IntegerField, OuterRef, Q, QuerySet, Subquery

from vigil.accounts.models import User
from vigil.annotations.models import Annotation, AnnotationState
from vigil.annotations.selectors import workbench_document
from vigil.projects.models import Project
from vigil.review.double import blind_videos
from vigil.review.models import AnnotationReview, ReviewVerdict, SegmentReview

JUDGED = ("start_ms", "end_ms", "label", "explanation", "outcome", "dialogue")
"""Of a segment: what a reviewer judges. Its key and where it came from may change without a new review."""


def newest_reviews(*, annotations: Iterable[Annotation]) -> dict[int, dict[uuid.UUID, SegmentReview]]:
    """By annotation id and segment key: the verdict that counts."""
    found: dict[int, dict[uuid.UUID, SegmentReview]] = defaultdict(dict)
    reviews = SegmentReview.objects.filter(annotation__in=list(annotations)).select_related("reviewer")
    for review in reviews.order_by("annotation_id", "segment_key", "-pk").distinct("annotation_id", "segment_key"):
        found[review.annotation_id][review.segment_key] = review
    return found


def still_stands(review: SegmentReview, segment: Mapping[str, Any]) -> bool:
    """Whether the segment still is what the reviewer saw."""
    seen = review.content
    return all(seen[name] == segment.get(name) for name in JUDGED if name in seen)


def review_body(review: SegmentReview, segment: Mapping[str, Any] | None) -> dict[str, Any]:
    """One review as the API gives it; `segment` is how it is now, None where it is gone."""
    return {
        "segment_key": str(review.segment_key),
        "verdict": review.verdict,
        "comment": review.comment,
        "reviewer": review.reviewer.get_username(),
        "reviewed_at": review.reviewed_at,
        "is_outdated": segment is None or not still_stands(review, segment),
    }


# ---------------------------------------------------------------- what waits


def with_last_review(annotations: QuerySet[Annotation]) -> QuerySet[Annotation, Annotation]:
    """With `last_revision`, `last_reviewed_at` and `last_sent_back` of the newest review of the whole."""
    newest = AnnotationReview.objects.filter(annotation=OuterRef("pk")).order_by("-pk")
    annotated: QuerySet[Annotation, Annotation] = annotations.annotate(
        last_revision=Subquery(newest.values("revision")[:1], output_field=IntegerField()),
        last_reviewed_at=Subquery(newest.values("reviewed_at")[:1], output_field=DateTimeField()),
        last_sent_back=Subquery(newest.values("is_sent_back")[:1], output_field=BooleanField()),
    )
    return annotated


WAITS = (
    Q(last_reviewed_at=None)
    | Q(submitted_at__gt=F("last_reviewed_at"))
    | Q(last_sent_back=False, said_revision__gt=F("last_revision"))
)
"""Never reviewed, submitted again since, or changed since it was found right."""
SENT_BACK = Q(last_sent_back=True) & ~WAITS


def submitted_for_review(*, project: Project, user: User) -> QuerySet[Annotation]:
    """Every submitted annotation of the project by somebody else, the one that waits longest first. What this person
    annotates blind themselves is not among it."""
    hidden = blind_videos(project=project, user=user)
    submitted = (
        Annotation.objects.filter(video__project=project, is_frozen_truth=False, state=AnnotationState.SUBMITTED)
        .exclude(user=user)
        .exclude(video_id__in=hidden)
    )
    listed = with_last_review(submitted.select_related("video", "user"))
    return listed.order_by("submitted_at", "pk")


def waiting_for_review(*, project: Project, user: User) -> QuerySet[Annotation]:
    """What waits for this reviewer, oldest first."""
    return submitted_for_review(project=project, user=user).filter(WAITS)


def sent_back_to(*, user: User, project: Project | None = None) -> list[tuple[Annotation, list[SegmentReview]]]:
    """The person's annotations with rejected segments that they have not submitted again since, with the reviews."""
    rejected = SegmentReview.objects.filter(
        verdict=ReviewVerdict.REJECTED, annotation__user=user, reviewed_at__gt=F("annotation__submitted_at")
    )
    if project is not None:
        rejected = rejected.filter(annotation__video__project=project)
    candidates = Annotation.objects.filter(pk__in=rejected.values("annotation")).select_related("video__project")
    annotations = list(candidates.prefetch_related("segments").order_by("pk"))
    newest = newest_reviews(annotations=annotations)
    back = []
    for annotation in annotations:
        present = {segment.key for segment in annotation.segments.all()}
        reviews = [review for key, review in newest[annotation.pk].items() if key in present]
        still = [review for review in reviews if review.verdict == ReviewVerdict.REJECTED]
        if still:
            back.append((annotation, still))
    return back


STANDING = """
SELECT n.annotation_id, n.segment_key, n.verdict FROM (
    SELECT DISTINCT ON (r.annotation_id, r.segment_key) r.annotation_id, r.segment_key, r.verdict, r.content
    FROM review_segmentreview r JOIN annotations_annotation a ON a.id = r.annotation_id
    JOIN videos_video v ON v.id = a.video_id
    WHERE v.project_id = %(project)s AND a.state = 'submitted' AND NOT a.is_frozen_truth
        AND (%(videos)s::bigint[] IS NULL OR v.id = ANY(%(videos)s::bigint[]))
    ORDER BY r.annotation_id, r.segment_key, r.id DESC
) AS n JOIN annotations_segment s ON s.annotation_id = n.annotation_id AND s.key = n.segment_key
WHERE n.verdict = 'rejected'
    OR coalesce(n.content -> 'start_ms' = to_jsonb(s.start_ms), true)
        AND coalesce(n.content -> 'end_ms' = to_jsonb(s.end_ms), true)
        AND coalesce(n.content -> 'label' = to_jsonb(s.label), true)
        AND coalesce(n.content -> 'explanation' = to_jsonb(s.explanation), true)
        AND coalesce(n.content -> 'outcome' = to_jsonb(s.outcome), true)
        AND coalesce(n.content -> 'dialogue' = s.dialogue, true)
"""
"""`still_stands` in SQL, for all segments of a project at once: no document is read for it."""


def standing_verdicts(*, project: Project, video_ids: Collection[int] | None = None) -> dict[int, dict[uuid.UUID, str]]:
    """By annotation id and segment key: what training hears of the reviewers about submitted annotations (of these
    videos; None: of all). A rejection holds until a newer verdict; an approval holds while the segment is what the
    reviewer saw."""
    found: dict[int, dict[uuid.UUID, str]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(STANDING, {"project": project.pk, "videos": None if video_ids is None else list(video_ids)})
        for annotation_id, key, verdict in cursor.fetchall():
            found[annotation_id][key] = verdict
    return found


def reviews_contents(*, annotation: Annotation) -> dict[str, Any]:
    """The answer of `GET /api/annotations/{id}/reviews`: the newest verdict on each segment that is still there."""
    newest = newest_reviews(annotations=[annotation])[annotation.pk]
    present = {uuid.UUID(one["key"]): one for one in workbench_document(annotation)["segments"]}
    return {"reviews": [review_body(one, present[key]) for key, one in newest.items() if key in present]}
