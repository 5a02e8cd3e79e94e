"""What the API takes and gives about reviews, comments and what others said. Unknown keys are refused."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import StrictBool

from vigil.annotations.schemas import Milliseconds, NextUrl, PersonOut, RowId, SegmentOut, Strict, Text
from vigil.review.models import ReviewVerdict


class SaidSegmentsOut(Schema):
    """One other person's submitted segments."""

    annotation_id: int
    user: PersonOut
    state: str
    segments: list[SegmentOut]


class ClickOut(Schema):
    at_ms: int
    user: str
    is_mine: bool


class SaidVerdictOut(Schema):
    start_ms: int
    end_ms: int
    verdict: str
    user: str
    is_mine: bool


class SaidOut(Schema):
    """While `is_blind`, others' work stays hidden until one's own is submitted."""

    others: list[SaidSegmentsOut]
    clicks: list[ClickOut]
    verdicts: list[SaidVerdictOut]
    is_blind: bool


class CommentIn(Strict):
    at_ms: Milliseconds
    segment_key: UUID | None = None
    text: Text
    parent_id: RowId | None = None
    key: UUID | None = None
    """Made by who writes it: the same comment sent twice is one."""


class CommentOut(Schema):
    id: int
    at_ms: int
    segment_key: UUID | None
    text: str
    is_removed: bool
    author: PersonOut
    created_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    parent_id: int | None


class CommentsOut(Schema):
    comments: list[CommentOut]


class ResolveIn(Strict):
    is_resolved: StrictBool


class ReviewIn(Strict):
    """A verdict on the segment as it is in `revision` (null: as it is now)."""

    segment_key: UUID
    verdict: ReviewVerdict
    comment: Text = ""
    revision: Milliseconds | None = None


class ReviewOut(Schema):
    segment_key: UUID
    verdict: Literal["accepted", "rejected", "fixed"]
    comment: str
    reviewer: str
    reviewed_at: datetime
    is_outdated: bool


class ReviewsOut(Schema):
    """The newest verdict on each segment."""

    reviews: list[ReviewOut]


class ReviewEndIn(Strict):
    revision: Milliseconds


class ReviewEndOut(Schema):
    is_sent_back: bool
    next: NextUrl | None


ChangeKind = Literal["added", "removed", "moved", "relabelled", "reworded", "judged", "talked"]


class ChangeOut(Schema):
    """What one person did to one segment in one go."""

    segment_key: UUID
    revision: int
    saved_by: str
    saved_at: datetime
    kinds: list[ChangeKind]
    before: SegmentOut | None
    after: SegmentOut | None


class HistoryOut(Schema):
    """Newest first; `earlier` is the revision to ask for next (as `before`), null at the beginning."""

    changes: list[ChangeOut]
    reviews: list[ReviewOut]
    earlier: int | None
