"""What other people said about a video, for the lanes of the workbench's timeline."""

from typing import Any

from vigil.accounts.models import User
from vigil.annotations.models import Annotation, Answer, QuestionKind
from vigil.annotations.selectors import workbench_document
from vigil.review.double import is_blind_for, submitted_on
from vigil.videos.models import Video


def said_about(*, video: Video, user: User) -> dict[str, Any]:
    """The answer of `GET /api/videos/{id}/said`: others' submitted segments, clicks and verdicts. While the person is
    blind to the others (see `is_blind_for`), only their own clicks and verdicts."""
    is_blind = is_blind_for(video=video, user=user)
    answers = Answer.objects.filter(question__video=video, withdrawn_at=None).select_related("question", "user")
    answers = answers.filter(kind__in=[QuestionKind.GLANCE, QuestionKind.VERIFY]).order_by("pk")
    if is_blind:
        answers = answers.filter(user=user)
    told = [one for one in answers if isinstance(one.payload, dict)]
    return {
        "others": [] if is_blind else _others(video, user),
        "clicks": [click for one in told if one.kind == QuestionKind.GLANCE for click in _clicks(one, user)],
        "verdicts": [_verdict(one, user) for one in told if one.kind == QuestionKind.VERIFY],
        "is_blind": is_blind,
    }


def _others(video: Video, user: User) -> list[dict[str, Any]]:
    annotations = submitted_on(video=video).exclude(user=user).prefetch_related("segments")
    return [_body(one) for one in annotations]


def _body(annotation: Annotation) -> dict[str, Any]:
    name = annotation.user.get_username() if annotation.user else ""
    return {
        "annotation_id": annotation.pk,
        "user": {"id": annotation.user_id or 0, "name": name},
        "state": annotation.state,
        "segments": workbench_document(annotation)["segments"],
    }


def _clicks(answer: Answer, user: User) -> list[dict[str, Any]]:
    who = {"user": answer.user.get_username(), "is_mine": answer.user_id == user.pk}
    return [{"at_ms": int(at_ms), **who} for at_ms in answer.payload.get("moments_ms", [])]


def _verdict(answer: Answer, user: User) -> dict[str, Any]:
    return {
        "start_ms": answer.question.start_ms,
        "end_ms": answer.question.end_ms,
        "verdict": str(answer.payload.get("verdict", "unsure")),
        "user": answer.user.get_username(),
        "is_mine": answer.user_id == user.pk,
    }
