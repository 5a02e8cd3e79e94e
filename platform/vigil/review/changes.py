"""The history of an annotation as the API gives it: a page of revisions at a time, and the verdicts on its segments."""

from typing import Any
from uuid import UUID

from vigil.annotations.models import Annotation, Revision
from vigil.annotations.selectors import workbench_document
from vigil.review.history import Change, SavedDocument, Segment, changes_of
from vigil.review.models import SegmentReview
from vigil.review.selectors import review_body

REVISIONS_A_PAGE = 1000
BYTES_A_PAGE = 20_000_000
"""Of documents read for one answer: a thousand revisions of five thousand segments would not fit anywhere."""


def history_contents(*, annotation: Annotation, before: int | None, segment_key: UUID | None) -> dict[str, Any]:
    """The answer of `GET /api/annotations/{id}/history`: the changes of the newest revisions before `before`."""
    page, base = _page(annotation, before)
    changes = changes_of(page, base.document if base else None)
    if segment_key is not None:
        changes = [change for change in changes if change.segment_key == str(segment_key)]
    return {
        "changes": [_body(change) for change in reversed(changes)],
        "reviews": _reviews(annotation, segment_key) if before is None else [],
        "earlier": page[0].number if base and page else None,
    }


def _page(annotation: Annotation, before: int | None) -> tuple[list[SavedDocument], SavedDocument | None]:
    """The newest revisions that fit in one answer, oldest first, and the one that they build on."""
    revisions = Revision.objects.filter(annotation=annotation).select_related("saved_by").order_by("-number")
    if before is not None:
        revisions = revisions.filter(number__lt=before)
    # About 400 bytes a segment: enough to keep an answer of a huge annotation small.
    heaviest = max(1, 400 * annotation.segments.count())
    limit = max(20, min(REVISIONS_A_PAGE, BYTES_A_PAGE // heaviest))
    found = [_saved(one) for one in revisions[: limit + 1]]
    base = found.pop() if len(found) > limit else None
    return found[::-1], base


def _saved(revision: Revision) -> SavedDocument:
    name = revision.saved_by.get_username() if revision.saved_by else ""
    return SavedDocument(revision.number, revision.document, name, revision.saved_at)


def _body(change: Change) -> dict[str, Any]:
    return {**vars(change), "before": _whole(change.before), "after": _whole(change.after)}


def _whole(segment: Segment | None) -> dict[str, Any] | None:
    """The segment with every field: revisions from before there were dialogues and drafts lack those."""
    return None if segment is None else {"dialogue": [], "draft_id": None, **segment}


def _reviews(annotation: Annotation, segment_key: UUID | None) -> list[dict[str, Any]]:
    reviews = SegmentReview.objects.filter(annotation=annotation).select_related("reviewer").order_by("-pk")
    if segment_key is not None:
        reviews = reviews.filter(segment_key=segment_key)
    present = {one["key"]: one for one in workbench_document(annotation)["segments"]}
    return [review_body(one, present.get(str(one.segment_key))) for one in reviews[:2000]]
