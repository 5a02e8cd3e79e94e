"""Questions: leased, answered, skipped, undone. Each step is one conditional update, so the second person loses."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from vigil.accounts.models import User
from vigil.annotations.dialogues import answered_turns
from vigil.annotations.documents import segment_checked
from vigil.annotations.models import Annotation, Answer, Question, QuestionKind, QuestionState, Skip
from vigil.annotations.schemas import BoundsPayload, ExplainPayload, GlancePayload, Strict, VerifyPayload
from vigil.annotations.selectors import answer_for, document_rules, judged_source_ids, question_for
from vigil.projects.errors import Conflict, Invalid
from vigil.projects.models import Project
from vigil.projects.validation_words import fault_in_words
from vigil.videos.models import Video

LEASE = timedelta(minutes=10)
WORKBENCH_KINDS = (QuestionKind.BOUNDS, QuestionKind.EXPLAIN, QuestionKind.DIALOGUE, QuestionKind.FULL)
"""Kinds that are answered by submitting an annotation; the others have a page of their own."""

PAYLOADS: dict[str, type[Strict]] = {
    QuestionKind.GLANCE: GlancePayload,
    QuestionKind.VERIFY: VerifyPayload,
    QuestionKind.BOUNDS: BoundsPayload,
    QuestionKind.EXPLAIN: ExplainPayload,
}


def question_lease(*, user: User, question: Question) -> bool:
    """True when the question is now this person's for ten minutes; False when somebody else has it or answered it."""
    until = timezone.now() + LEASE
    claimed = Question.objects.filter(_is_for(user), pk=question.pk)
    if claimed.update(state=QuestionState.LEASED, leased_by=user, leased_until=until) != 1:
        return False
    question.refresh_from_db(fields=["state", "leased_by", "leased_until"])
    return True


def _is_for(user: User) -> Q:
    """Questions that nobody has, or whose lease ran out, or that this person has."""
    free = Q(state=QuestionState.OPEN) | Q(state=QuestionState.LEASED, leased_until__lte=timezone.now())
    return free | Q(state=QuestionState.LEASED, leased_by=user)


def leases_renew(*, user: User, video: Video) -> None:
    """The person still works on the video: their questions about it stay theirs."""
    held = Question.objects.filter(video=video, state=QuestionState.LEASED, leased_by=user)
    held.update(leased_until=timezone.now() + LEASE)


def leases_keep(*, user: User, project: Project, question_ids: Sequence[int]) -> list[int]:
    """Those of the questions that are this person's for another ten minutes, taken back where the time had run out;
    one that is missing went to somebody else or is answered."""
    asked = Question.objects.filter(pk__in=question_ids, video__project=project)
    until = timezone.now() + LEASE
    asked.filter(_is_for(user)).update(state=QuestionState.LEASED, leased_by=user, leased_until=until)
    # Withdrawn under the person's hands: the answer still counts, so nothing is lost yet.
    mine = asked.filter(leased_by=user).exclude(state=QuestionState.ANSWERED)
    return list(mine.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def question_answer(*, user: User, question_id: int, payload: dict[str, Any], spent_ms: int) -> Answer:
    """The kept answer; the same one said twice is one. A lease that ran out keeps nobody from answering, as long as
    nobody else was faster; nor does a question that was withdrawn after the person had it.

    Raises:
        Invalid: the payload does not fit the question's kind or video.
        Conflict: somebody else has the question or it is answered; or it was withdrawn and never this person's.
    """
    question = question_for(user=user, question_id=question_id)
    checked = payload_checked(question, payload, user)
    was_mine = Q(state=QuestionState.WITHDRAWN, leased_by=user)
    answerable = Question.objects.filter(_is_for(user) | was_mine, pk=question.pk)
    if answerable.update(state=QuestionState.ANSWERED, leased_by=user) != 1:
        said = Answer.objects.filter(question=question, user=user, payload=checked, withdrawn_at=None).first()
        if said is None:
            raise Conflict(_why_lost(question, user))
        return said  # sent again, because the first receipt got lost on the way
    return Answer.objects.create(question=question, user=user, kind=question.kind, payload=checked, spent_ms=spent_ms)


@transaction.atomic
def question_skip(*, user: User, question_id: int) -> None:
    """Passes the question by: this person will not get it again, everybody else may."""
    question = question_for(user=user, question_id=question_id)
    Skip.objects.get_or_create(question=question, user=user)
    held = Question.objects.filter(pk=question.pk, state=QuestionState.LEASED, leased_by=user)
    held.update(state=QuestionState.OPEN, leased_by=None, leased_until=None)


@transaction.atomic
def answer_withdraw(*, user: User, answer_id: int) -> None:
    """Undoes one's own answer: it no longer counts, and the question is this person's again. Twice is once."""
    answer = answer_for(user=user, answer_id=answer_id)
    now = timezone.now()
    if Answer.objects.filter(pk=answer.pk, withdrawn_at=None).update(withdrawn_at=now) != 1:
        return
    answered = Question.objects.filter(pk=answer.question_id, state=QuestionState.ANSWERED)
    answered.update(state=QuestionState.LEASED, leased_by=user, leased_until=now + LEASE)


def question_withdraw(*, user: User, question_id: int) -> None:
    """Undoes what the person answered to the question, or that they passed it by. Undone before: nothing to do."""
    question = question_for(user=user, question_id=question_id)
    for answer in Answer.objects.filter(question=question, user=user, withdrawn_at=None):
        answer_withdraw(user=user, answer_id=answer.pk)
    if Skip.objects.filter(question=question, user=user).delete()[0]:
        free = Question.objects.filter(pk=question.pk, state=QuestionState.OPEN)
        free.update(state=QuestionState.LEASED, leased_by=user, leased_until=timezone.now() + LEASE)


def payload_checked(question: Question, payload: dict[str, Any], user: User) -> dict[str, Any]:
    """The payload as it is stored, checked for the question's kind and against its video.

    Raises:
        Invalid: what is wrong, in words.
    """
    schema = PAYLOADS.get(question.kind)
    if schema is None:
        raise Invalid(
            _("A %(kind)s question is answered in the workbench: open the video and submit.")
            % {"kind": _(question.kind)}
        )
    try:
        given = schema.model_validate(payload)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"]) or "payload"
        raise Invalid(
            _("%(kind)s payload, %(where)s: %(fault)s")
            % {"kind": _(question.kind), "where": where, "fault": fault_in_words(fault)}
        ) from error
    _check_against_video(question, given)
    stored: dict[str, Any] = given.model_dump(mode="json", exclude_none=True)
    if isinstance(given, BoundsPayload) and given.segment is not None:
        drafts = set() if given.segment.draft_id is None else {given.segment.draft_id}
        rules = document_rules(
            video=question.video, labels={given.segment.label}, draft_ids=drafts, draft_readers=[user.pk]
        )
        stored["segment"] = segment_checked(given.segment, rules).as_json()
    return stored


def _check_against_video(question: Question, given: Strict) -> None:
    duration_ms = question.video.duration_ms
    if isinstance(given, GlancePayload) and any(moment >= duration_ms for moment in given.moments_ms):
        raise Invalid(
            _("A moment lies beyond the video's end at %(duration_ms)s ms; send moments inside the video.")
            % {"duration_ms": duration_ms}
        )
    if isinstance(given, BoundsPayload) and (given.segment is None) == (given.rejected is None):
        raise Invalid(_('A bounds answer is either {"segment": {...}} or {"rejected": true}.'))
    if isinstance(given, ExplainPayload) and not given.explanation.strip():
        raise Invalid(_("The explanation is empty; write a sentence, or skip the question."))


def _why_lost(question: Question, user: User, *, has_saved: bool = False) -> str:
    question.refresh_from_db(fields=["state", "leased_by", "leased_until"])
    if question.state == QuestionState.ANSWERED:
        why = _("This question is already answered")
    elif question.state == QuestionState.WITHDRAWN:
        why = _("This question was withdrawn because the model was renewed")
    elif question.state == QuestionState.LEASED and question.leased_by_id != user.pk:
        why = _("Somebody else has this question now")
    elif not has_saved:
        return _("The question changed hands meanwhile; answer it again, or take the next one.")
    else:
        why = _("The question changed hands meanwhile")
    if has_saved:
        return _("%(why)s. What you did is saved; submit again without the question.") % {"why": why}
    return _("%(why)s; take the next one.") % {"why": why}


def annotated_questions_close(
    *, user: User, annotation: Annotation, question_id: int | None, spent_ms: int | None = None
) -> None:
    """Closes the questions that a submitted annotation settles. The caller owns the transaction.

    The one it was opened for is answered by it, and so is what else the person holds about segments that are judged,
    or about a video of which all was watched. What is settled and nobody's is asked of nobody any more. `spent_ms` is
    the time on the question; None: the annotation's time that no answer has counted yet.

    Raises:
        Conflict: somebody else took or answered `question_id` meanwhile.
        Invalid: it asks for a dialogue, and there is none.
    """
    mine = Question.objects.filter(video=annotation.video, state=QuestionState.LEASED, leased_by=user)
    is_settled = Q() if annotation.is_fully_watched else Q(segment_id__in=judged_source_ids(annotation=annotation))
    asked = Question.objects.none() if question_id is None else mine.filter(pk=question_id)
    beside = mine.filter(is_settled, kind__in=WORKBENCH_KINDS).exclude(pk__in=asked.values("pk"))
    held = [*asked, *(one for one in beside if _has_turns(annotation, one))]
    if question_id is not None and question_id not in {question.pk for question in held}:
        held += _question_taken(user, annotation, question_id)
    if spent_ms is None:
        spent_ms = _uncounted_ms(user, annotation)
    for question in held:
        if not _has_turns(annotation, question):
            raise Invalid(_("There is no answered question about the segment yet; write one, or skip this task."))
        # One stretch of work counts once: with the question that was asked.
        is_asked = question.pk == question_id or (question_id is None and question is held[0])
        _answer_by_annotation(user, annotation, question, spent_ms if is_asked else 0)
    if not annotation.is_fully_watched:
        # A dialogue is asked for because its segment is judged; only its turns settle it.
        is_settled &= ~Q(kind=QuestionKind.DIALOGUE)
    # Who had one and is still at it may answer it all the same: `leased_by` stays.
    _free_questions(annotation).filter(is_settled).update(state=QuestionState.WITHDRAWN, leased_until=None)


def _uncounted_ms(user: User, annotation: Annotation) -> int:
    earlier = Answer.objects.filter(user=user, payload__annotation_id=annotation.pk)
    return max(0, annotation.spent_ms - (earlier.aggregate(sum=Sum("spent_ms"))["sum"] or 0))


def _has_turns(annotation: Annotation, question: Question) -> bool:
    """Whether the annotation answers a question for a dialogue; True for every other kind."""
    if question.kind != QuestionKind.DIALOGUE:
        return True
    near = annotation.segments.filter(start_ms__lt=question.end_ms, end_ms__gt=question.start_ms)
    return any(answered_turns(segment.dialogue) for segment in near)


def _free_questions(annotation: Annotation) -> QuerySet[Question]:
    expired = Q(state=QuestionState.LEASED, leased_until__lte=timezone.now())
    return Question.objects.filter(Q(state=QuestionState.OPEN) | expired, video=annotation.video)


def _question_taken(user: User, annotation: Annotation, question_id: int) -> list[Question]:
    """The question, now leased to this person although they had let it go; none if they answered it before."""
    question = question_for(user=user, question_id=question_id)
    if question.video_id != annotation.video_id:
        raise Invalid(
            _("Question %(question_id)s is about another video than this annotation.") % {"question_id": question_id}
        )
    if Answer.objects.filter(question=question, user=user, withdrawn_at=None).exists():
        return []
    if not question_lease(user=user, question=question):
        raise Conflict(_why_lost(question, user, has_saved=True))
    return [question]


def _answer_by_annotation(user: User, annotation: Annotation, question: Question, spent_ms: int) -> None:
    mine = Question.objects.filter(pk=question.pk, state=QuestionState.LEASED, leased_by=user)
    if mine.update(state=QuestionState.ANSWERED) == 1:
        Answer.objects.create(
            question=question,
            user=user,
            kind=question.kind,
            payload={"annotation_id": annotation.pk, "revision": annotation.revision},
            spent_ms=spent_ms,
        )
