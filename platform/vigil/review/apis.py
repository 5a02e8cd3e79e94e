"""The API of review: what others said, comments, verdicts, and the history of an annotation."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from vigil.annotations.apis import PROBLEMS
from vigil.annotations.schemas import MAX_INT, ProblemOut, WorkbenchOut
from vigil.annotations.selectors import annotation_for
from vigil.annotations.workbench import workbench_contents
from vigil.review.changes import history_contents
from vigil.review.comments import comment_add, comment_body, comment_remove, comment_resolve, comments_of
from vigil.review.queue import next_review_url
from vigil.review.said import said_about
from vigil.review.schemas import (
    CommentIn,
    CommentOut,
    CommentsOut,
    HistoryOut,
    ResolveIn,
    ReviewEndIn,
    ReviewEndOut,
    ReviewIn,
    ReviewOut,
    ReviewsOut,
    SaidOut,
)
from vigil.review.selectors import reviews_contents
from vigil.review.services import annotation_review_end, segment_review
from vigil.videos.selectors import video_for

router = Router(tags=["review"])
RevisionParam = Annotated[int, Field(ge=0, le=MAX_INT)]


@router.get("/videos/{int:video_id}/said", response={200: SaidOut, **PROBLEMS})
def said(request: HttpRequest, video_id: int) -> Any:
    """What other people said about the video, unless it is annotated blind."""
    return said_about(video=video_for(user=_user(request), video_id=video_id), user=_user(request))


@router.get("/videos/{int:video_id}/comments", response={200: CommentsOut, **PROBLEMS})
def comments(request: HttpRequest, video_id: int) -> Any:
    """The video's comments in order of time."""
    return {"comments": comments_of(video=video_for(user=_user(request), video_id=video_id), user=_user(request))}


@router.post("/videos/{int:video_id}/comments", response={200: CommentOut, **PROBLEMS})
def comment_new(request: HttpRequest, video_id: int, given: CommentIn) -> Any:
    """Pins a comment to a moment, or answers one."""
    made = comment_add(user=_user(request), video_id=video_id, **vars(given))
    return comment_body(made)


@router.post("/comments/{int:comment_id}/resolve", response={200: CommentOut, **PROBLEMS})
def resolve(request: HttpRequest, comment_id: int, given: ResolveIn) -> Any:
    """Settles a comment, or opens it again."""
    return comment_body(comment_resolve(user=_user(request), comment_id=comment_id, is_resolved=given.is_resolved))


@router.delete("/comments/{int:comment_id}", response={200: dict[str, Any], **PROBLEMS})
def comment_delete(request: HttpRequest, comment_id: int) -> Any:
    """Takes one's own comment away."""
    comment_remove(user=_user(request), comment_id=comment_id)
    return {}


@router.get("/annotations/{int:annotation_id}/workbench", response={200: WorkbenchOut, **PROBLEMS})
def workbench_of_other(request: HttpRequest, annotation_id: int) -> Any:
    """The workbench on an annotation that somebody else made, for a reviewer; `scores_url` gives the scores."""
    user = _user(request)
    annotation = annotation_for(user=user, annotation_id=annotation_id)
    language = getattr(request, "LANGUAGE_CODE", "en")
    return workbench_contents(
        user=user,
        video=annotation.video,
        question_id=None,
        language=language,
        annotation=annotation,
        with_scores=False,
    )


@router.get("/annotations/{int:annotation_id}/reviews", response={200: ReviewsOut, **PROBLEMS})
def reviews(request: HttpRequest, annotation_id: int) -> Any:
    """The newest verdict on each segment, for author and reviewers."""
    return reviews_contents(annotation=annotation_for(user=_user(request), annotation_id=annotation_id))


@router.post("/annotations/{int:annotation_id}/reviews", response={200: ReviewOut, 409: ProblemOut, **PROBLEMS})
def review(request: HttpRequest, annotation_id: int, given: ReviewIn) -> Any:
    """A reviewer's verdict on one segment."""
    made = segment_review(user=_user(request), annotation_id=annotation_id, **vars(given))
    return {**vars(made), "reviewer": made.reviewer.get_username(), "is_outdated": False}


@router.post("/annotations/{int:annotation_id}/reviews/end", response={200: ReviewEndOut, 409: ProblemOut, **PROBLEMS})
def review_end(request: HttpRequest, annotation_id: int, given: ReviewEndIn) -> Any:
    """Accepts what has no verdict yet, ends the review, and says where the next one is."""
    user = _user(request)
    ended = annotation_review_end(user=user, annotation_id=annotation_id, revision=given.revision)
    url = next_review_url(user=user, project=ended.annotation.video.project)
    return {"is_sent_back": ended.is_sent_back, "next": {"url": url} if url else None}


@router.get("/annotations/{int:annotation_id}/history", response={200: HistoryOut, **PROBLEMS})
def history(
    request: HttpRequest, annotation_id: int, before: RevisionParam | None = None, segment: UUID | None = None
) -> Any:
    """Each segment's changes with who and when, newest first; `before` asks for those before a revision."""
    annotation = annotation_for(user=_user(request), annotation_id=annotation_id)
    return history_contents(annotation=annotation, before=before, segment_key=segment)


def _user(request: HttpRequest) -> Any:
    """The person of the session; the API's authentication has made sure that there is one."""
    return request.user
