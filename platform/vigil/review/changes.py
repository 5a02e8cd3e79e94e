"""The history of an annotation as the API gives it: a page of revisions at a time, and the verdicts on its segments."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Func, IntegerField, QuerySet

from vigil.annotations.models import Annotation, Revision
from vigil.annotations.selectors import workbench_document
from vigil.review.history import LATER_FIELDS, Change, SavedDocument, Segment, changes_of
from vigil.review.models import SegmentReview
from vigil.review.selectors import review_body

REVISIONS_A_PAGE = 1000
BYTES_A_PAGE = 5_000_000
"""Of documents as they are stored (packed to about a quarter) read for one answer: a thousand revisions of five
thousand segments would not fit anywhere."""
BYTES_IN_HAND = 500_000
"""So much of them is taken out of the database at once; of what was read, only the changes are kept."""


def history_contents(*, annotation: Annotation, before: int | None, segment_key: UUID | None) -> dict[str, Any]:
    """The answer of `GET /api/annotations/{id}/history`: the changes of the newest revisions before `before`."""
    revisions = Revision.objects.filter(annotation=annotation)
    if before is not None:
        revisions = revisions.filter(number__lt=before)
    page = _page(revisions)
    read = _read(revisions, page)
    base = next(read, None) if page.has_base else None
    changes = changes_of(read, base.document if base else None)
    if segment_key is not None:
        changes = [change for change in changes if change.segment_key == str(segment_key)]
    return {
        "changes": [_body(change) for change in reversed(changes)],
        "reviews": _reviews(annotation, segment_key) if before is None else [],
        "earlier": page.numbers[-2] if page.has_base else None,
    }


@dataclass(frozen=True)
class Page:
    """The newest revisions that fit in one answer, newest first; where there are older ones, the last of `numbers` is
    the one that the others build on."""

    numbers: list[int]
    has_base: bool
    heaviest_bytes: int


def _page(revisions: QuerySet[Revision]) -> Page:
    size = Func("document", function="pg_column_size", output_field=IntegerField())
    sizes = revisions.order_by("-number").values_list("number", size)[: REVISIONS_A_PAGE + 1]
    numbers: list[int] = []
    total = heaviest = 0
    has_base = False
    for number, stored_bytes in sizes:
        has_base = len(numbers) == REVISIONS_A_PAGE or (bool(numbers) and total + stored_bytes > BYTES_A_PAGE)
        numbers.append(number)
        total, heaviest = total + stored_bytes, max(heaviest, stored_bytes)
        if has_base:
            break
    return Page(numbers, has_base, heaviest)


def _read(revisions: QuerySet[Revision], page: Page) -> Iterator[SavedDocument]:
    """The page's revisions, oldest first, a few in memory at a time."""
    if not page.numbers:
        return
    at_once = max(1, min(100, BYTES_IN_HAND // max(1, page.heaviest_bytes)))
    within = revisions.filter(number__range=(page.numbers[-1], page.numbers[0])).select_related("saved_by")
    for revision in within.order_by("number").iterator(chunk_size=at_once):
        yield _saved(revision)


def _saved(revision: Revision) -> SavedDocument:
    name = revision.saved_by.get_username() if revision.saved_by else ""
    return SavedDocument(revision.number, revision.document, name, revision.saved_at)


def _body(change: Change) -> dict[str, Any]:
    return {**vars(change), "before": _whole(change.before), "after": _whole(change.after)}


def _whole(segment: Segment | None) -> dict[str, Any] | None:
    """The segment with every field: revisions from before there were dialogues and drafts lack those."""
    return None if segment is None else {**LATER_FIELDS, **segment}


def _reviews(annotation: Annotation, segment_key: UUID | None) -> list[dict[str, Any]]:
    reviews = SegmentReview.objects.filter(annotation=annotation).select_related("reviewer").order_by("-pk")
    if segment_key is not None:
        reviews = reviews.filter(segment_key=segment_key)
    present = {one["key"]: one for one in workbench_document(annotation)["segments"]}
    return [review_body(one, present.get(str(one.segment_key))) for one in reviews[:2000]]
