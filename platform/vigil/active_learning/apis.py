"""The API of the queue: the next question, and submitting an annotation, which leads to the next."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.params.functions import Header
from pydantic import Field

from vigil.accounts.models import Role
from vigil.active_learning.services import next_url, question_next, questions_open
from vigil.active_learning.waiting import questions_waiting
from vigil.annotations.apis import PROBLEMS, revision_named
from vigil.annotations.models import QuestionKind
from vigil.annotations.questions import LEASE, leases_keep
from vigil.annotations.reaction import reaction_of
from vigil.annotations.schemas import ConflictOut, ProblemOut, QuestionOut, RowId, Strict, SubmitIn, SubmittedOut
from vigil.annotations.services import annotation_submit
from vigil.annotations.workbench import question_body
from vigil.projects.selectors import project_for
from vigil.review.services import second_reading_ask

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


class RenewIn(Strict):
    ids: Annotated[list[RowId], Field(max_length=200)]


class RenewOut(Schema):
    """What is still this person's, for how long; an id that is missing went to somebody else or is answered."""

    ids: list[int]
    lease_ms: int


class WaitingOut(Schema):
    """What waits of one kind, and why the first of them is asked."""

    kind: QuestionKind
    open: int
    seconds: float
    reason: str


class ReactionOut(Schema):
    """How long this person takes from seeing to tapping, and from how many taps that is known (0: a prior)."""

    reaction_ms: int
    taps: int


class OverviewOut(Schema):
    kinds: list[WaitingOut]
    reaction: ReactionOut


@router.post("/projects/{slug:slug}/questions/renew", response={200: RenewOut, **PROBLEMS})
def renew(request: HttpRequest, slug: str, given: RenewIn) -> Any:
    """Keeps the questions for another ten minutes."""
    user: Any = request.user
    project = project_for(user=user, slug=slug, at_least=Role.ANNOTATOR)
    kept = leases_keep(user=user, project=project, question_ids=given.ids)
    return {"ids": kept, "lease_ms": int(LEASE.total_seconds() * 1000)}


@router.get("/projects/{slug:slug}/questions/waiting", response={200: OverviewOut, **PROBLEMS})
def waiting(request: HttpRequest, slug: str) -> Any:
    """What waits for this person, kind by kind, and how fast they tap."""
    user: Any = request.user
    project = project_for(user=user, slug=slug, at_least=Role.ANNOTATOR)
    return {
        "kinds": [vars(one) for one in questions_waiting(user=user, project=project)],
        "reaction": vars(reaction_of(user=user, project=project)),
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
        user=user,
        annotation_id=annotation_id,
        revision=revision_named(if_match),
        question_id=given.question_id,
        spent_ms=given.spent_ms,
    )
    second_reading_ask(video=annotation.video)
    url = next_url(user=user, project=annotation.video.project)
    return {"revision": annotation.revision, "next": {"url": url} if url else None}
