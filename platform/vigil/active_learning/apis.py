"""The API of the queue: the next question, and submitting an annotation, which leads to the next."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.params.functions import Header
from pydantic import Field

from vigil.accounts.models import Role
from vigil.active_learning.services import next_url, question_next, questions_open
from vigil.annotations.apis import PROBLEMS, revision_named
from vigil.annotations.models import QuestionKind
from vigil.annotations.schemas import ConflictOut, ProblemOut, QuestionOut, RowId, Strict, SubmitIn, SubmittedOut
from vigil.annotations.services import annotation_submit
from vigil.annotations.workbench import question_body
from vigil.projects.selectors import project_for

router = Router(tags=["queue"])


class NextIn(Strict):
    """Which kinds are wanted (null: all), and which questions this client already has."""

    kinds: list[QuestionKind] | None = None
    exclude: Annotated[list[RowId], Field(max_length=200)] = []


class NextOut(Schema):
    question: QuestionOut | None
    open: int


@router.post("/projects/{slug:slug}/questions/next", response={200: NextOut, **PROBLEMS})
def next_question(request: HttpRequest, slug: str, wanted: NextIn) -> Any:
    """Leases the most useful question to this person."""
    user: Any = request.user
    project = project_for(user=user, slug=slug, at_least=Role.ANNOTATOR)
    question = question_next(user=user, project=project, kinds=wanted.kinds, exclude=wanted.exclude)
    return {
        "question": question_body(question) if question else None,
        "open": questions_open(user=user, project=project, kinds=wanted.kinds),
    }


@router.post(
    "/annotations/{int:annotation_id}/submit",
    response={200: SubmittedOut, 409: ConflictOut, 428: ProblemOut, **PROBLEMS},
)
def submit(
    request: HttpRequest, annotation_id: int, given: SubmitIn, if_match: str = Header("", alias="If-Match")
) -> Any:
    """Submits the annotation at the revision that `If-Match` names, and says where to go next."""
    user: Any = request.user
    annotation = annotation_submit(
        user=user, annotation_id=annotation_id, revision=revision_named(if_match), question_id=given.question_id
    )
    url = next_url(user=user, project=annotation.video.project)
    return {"revision": annotation.revision, "next": {"url": url} if url else None}
