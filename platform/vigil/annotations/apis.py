"""The API of the workbench: one video with everything, saves that name their revision, answers to questions."""

import re
from dataclasses import asdict
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status
from ninja.params.functions import Header
from pydantic import Field

from annotation_templates.phrasebook import load_phrasebooks
from vigil.accounts.models import Role
from vigil.annotations.drafts import draft_body, draft_cancel, draft_for, draft_request
from vigil.annotations.questions import answer_withdraw, question_answer, question_skip, question_withdraw
from vigil.annotations.schemas import (
    MAX_ID,
    AnswerIn,
    AnswerOut,
    ConflictOut,
    DocumentIn,
    DraftIn,
    DraftOut,
    FrameTimesOut,
    PhrasebooksOut,
    ProblemOut,
    SavedOut,
    WorkbenchOut,
)
from vigil.annotations.services import annotation_save
from vigil.annotations.workbench import workbench_contents
from vigil.projects.errors import Invalid, Missing, RevisionNotNamed
from vigil.projects.selectors import project_for
from vigil.videos.models import FrameTimes
from vigil.videos.selectors import frame_times_ms, video_for

router = Router(tags=["workbench"])
QuestionParam = Annotated[int, Field(ge=1, le=MAX_ID)]
PROBLEMS: dict[int, Any] = dict.fromkeys((401, 403, 404, 422), ProblemOut)


@router.get("/videos/{int:video_id}/workbench", response={200: WorkbenchOut, **PROBLEMS})
def workbench(
    request: HttpRequest,
    video_id: int,
    question: QuestionParam | None = None,
    scores: Literal["inline", "apart"] = "inline",
) -> Any:
    """Video, labels, prediction and this person's annotation, opened if need be.

    With `scores=apart` the prediction's score lists are empty, and `scores_url` gives them as bytes.
    """
    video = video_for(user=_user(request), video_id=video_id)
    return workbench_contents(
        user=_user(request),
        video=video,
        question_id=question,
        language=getattr(request, "LANGUAGE_CODE", "en"),
        with_scores=scores == "inline",
    )


@router.get("/videos/{int:video_id}/frame-times", response={200: FrameTimesOut, **PROBLEMS})
def frame_times(request: HttpRequest, video_id: int) -> Any:
    """Presentation time of every frame."""
    video = video_for(user=_user(request), video_id=video_id)
    try:
        return {"times_ms": frame_times_ms(video)}
    except FrameTimes.DoesNotExist as error:
        raise Missing(
            _("The frame times of %(video)s are not known; import the video again.") % {"video": video.name}
        ) from error


@router.put("/annotations/{int:annotation_id}", response={200: SavedOut, 409: ConflictOut, 428: ProblemOut, **PROBLEMS})
def save(
    request: HttpRequest, annotation_id: int, document: DocumentIn, if_match: str = Header("", alias="If-Match")
) -> Any:
    """Saves the whole document on top of the revision that `If-Match` names."""
    saved = annotation_save(
        user=_user(request), annotation_id=annotation_id, revision=revision_named(if_match), document=document
    )
    return {"revision": saved.revision, "saved_at": saved.updated_at}


@router.post("/videos/{int:video_id}/drafts", response={202: DraftOut, 409: ProblemOut, **PROBLEMS})
def draft_ask(request: HttpRequest, video_id: int, asked: DraftIn) -> Any:
    """Asks the current model for a sentence about an interval, or for the answer to a question about it."""
    video = video_for(user=_user(request), video_id=video_id, at_least=Role.ANNOTATOR)
    return Status(202, draft_body(draft_request(user=_user(request), video=video, asked=asked)))


@router.get("/projects/{slug:slug}/phrases", response={200: PhrasebooksOut, **PROBLEMS})
def phrases(request: HttpRequest, slug: str) -> Any:
    """What helps people write, in each language of the project's template."""
    project = project_for(user=request.user, slug=slug)
    return {"books": [asdict(book) for book in load_phrasebooks(project.template)]}


@router.get("/drafts/{int:draft_id}", response={200: DraftOut, **PROBLEMS})
def draft(request: HttpRequest, draft_id: int) -> Any:
    """How far one's own draft is."""
    return draft_body(draft_for(user=_user(request), draft_id=draft_id))


@router.post("/drafts/{int:draft_id}/cancel", response={200: DraftOut, **PROBLEMS})
def draft_give_up(request: HttpRequest, draft_id: int) -> Any:
    """Waits for one's own draft no longer."""
    return draft_body(draft_cancel(user=_user(request), draft_id=draft_id))


@router.post("/questions/{int:question_id}/answer", response={200: AnswerOut, 409: ProblemOut, **PROBLEMS})
def answer(request: HttpRequest, question_id: int, given: AnswerIn) -> Any:
    """Keeps the answer of the person who holds the question."""
    kept = question_answer(user=_user(request), question_id=question_id, payload=given.payload, spent_ms=given.spent_ms)
    return {"answer_id": kept.pk}


@router.post("/questions/{int:question_id}/skip", response={200: dict[str, Any], **PROBLEMS})
def skip(request: HttpRequest, question_id: int) -> Any:
    """Leaves the question to others."""
    question_skip(user=_user(request), question_id=question_id)
    return {}


@router.post("/questions/{int:question_id}/withdraw", response={200: dict[str, Any], **PROBLEMS})
def withdraw_from(request: HttpRequest, question_id: int) -> Any:
    """Undoes one's own answer to the question, also where its number is not known yet."""
    question_withdraw(user=_user(request), question_id=question_id)
    return {}


@router.post("/answers/{int:answer_id}/withdraw", response={200: dict[str, Any], **PROBLEMS})
def withdraw(request: HttpRequest, answer_id: int) -> Any:
    """Undoes one's own answer."""
    answer_withdraw(user=_user(request), answer_id=answer_id)
    return {}


def revision_named(if_match: str) -> int:
    """The revision in an `If-Match` header, quoted or not.

    Raises:
        RevisionNotNamed: the header is missing.
        Invalid: it names no revision.
    """
    if not if_match:
        raise RevisionNotNamed(_('Say which revision this builds on: send the header If-Match: "<revision>".'))
    found = re.fullmatch(r'(")?(\d{1,9})(?(1)")', if_match.strip(), re.ASCII)
    if found is None:
        raise Invalid(_('If-Match is not a revision; send the number of the last save, as in If-Match: "3".'))
    return int(found.group(2))


def _user(request: HttpRequest) -> Any:
    """The person of the session; the API's authentication has made sure that there is one."""
    return request.user
