"""What people said of videos when they first submitted: before they could see what others had said there."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, QuerySet

from vigil.annotations.models import Annotation, AnnotationState, Outcome, Revision, Segment
from vigil.projects.models import Project
from vigil.review.agreement import Span

VIDEOS_AT_ONCE = 200
"""Read together: a project's segments do not all stand in memory."""


@dataclass(frozen=True)
class HandedIn:
    """One person's first submit of one video."""

    video_id: int
    who: str
    spans: tuple[Span, ...]
    """What they say happens; what they rejected of the model's is nothing they marked."""


def doubly_annotated(*, project: Project, hidden: Collection[int]) -> list[int]:
    """Ids of the videos that two people or more have submitted, the newest first; those in `hidden` left out."""
    submitted = _submitted().filter(video__project=project).exclude(video__in=hidden).order_by()
    people = submitted.values("video").annotate(people=Count("pk"), newest=Max("submitted_at"))
    return list(people.filter(people__gte=2).order_by("-newest", "-video").values_list("video", flat=True))


def handed_in(*, video_ids: Sequence[int]) -> Iterator[list[HandedIn]]:
    """For each of the videos, what each person handed in first, by name."""
    for first in range(0, len(video_ids), VIDEOS_AT_ONCE):
        by_video: dict[int, list[HandedIn]] = defaultdict(list)
        for one in _read(video_ids[first : first + VIDEOS_AT_ONCE]):
            by_video[one.video_id].append(one)
        yield from by_video.values()


def _read(video_ids: Sequence[int]) -> list[HandedIn]:
    rows = list(
        _submitted()
        .filter(video__in=video_ids)
        .order_by("video_id", "user__username")
        .values_list("pk", "video_id", "user__username", "revision", "first_submitted_revision")
    )
    changed = [pk for pk, _video, _who, revision, first in rows if first not in (None, revision)]
    spans = _spans_now({row[0] for row in rows}.difference(changed)) | _spans_then(changed)
    return [HandedIn(video_id, who or "", tuple(spans.get(pk, ()))) for pk, video_id, who, _revision, _first in rows]


def _spans_now(annotation_ids: Collection[int]) -> dict[int, list[Span]]:
    spans: dict[int, list[Span]] = defaultdict(list)
    segments = Segment.objects.filter(annotation__in=annotation_ids).exclude(outcome=Outcome.REJECTED).order_by()
    told = segments.values_list("annotation_id", "key", "start_ms", "end_ms", "label")
    for pk, key, start_ms, end_ms, label in told.iterator():
        spans[pk].append(Span(str(key), start_ms, end_ms, label))
    return spans


def _spans_then(annotation_ids: Collection[int]) -> dict[int, list[Span]]:
    """Of annotations that were saved again after their first submit. Who submitted unsaved had nothing marked."""
    first = Revision.objects.filter(annotation__in=annotation_ids, number=F("annotation__first_submitted_revision"))
    return {
        pk: [_span(one) for one in segments if one["outcome"] != Outcome.REJECTED]
        for pk, segments in first.values_list("annotation_id", "document__segments")
    }


def _span(segment: dict[str, Any]) -> Span:
    return Span(segment["key"], segment["start_ms"], segment["end_ms"], segment["label"])


def _submitted() -> QuerySet[Annotation]:
    return Annotation.objects.filter(is_frozen_truth=False, state=AnnotationState.SUBMITTED)
