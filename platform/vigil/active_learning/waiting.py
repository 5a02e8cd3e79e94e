"""What waits for a person, kind by kind: how many questions, how long one takes, and why the first is asked."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from vigil.accounts.models import User
from vigil.active_learning.cost_model import cost_s
from vigil.annotations.blindness import PEOPLES_KINDS
from vigil.annotations.models import Question, QuestionKind, QuestionState
from vigil.annotations.reasons import reason_shown
from vigil.projects.models import Project
from vigil.review.double import blind_videos

COUNTED_UP_TO = 1000
"""Counting stops here, so that a queue of a million costs no more than one of a thousand."""


@dataclass(frozen=True)
class Waiting:
    """The questions of one kind that a person could get."""

    kind: QuestionKind
    open: int
    seconds: float
    """Of a person's time for the first of them."""
    reason: str
    """Of the first one; empty without any."""


def questions_waiting(*, user: User, project: Project) -> list[Waiting]:
    """One entry for each kind, cheapest first, the empty ones too."""
    return [_waiting(QuestionKind(kind), waiting_for(user=user, project=project)) for kind in QuestionKind.values]


def waiting_for(*, user: User, project: Project) -> QuerySet[Question]:
    """What this person could still get, what they hold included; not what is made from segments hidden from them."""
    taken = Q(state=QuestionState.LEASED, leased_until__gt=timezone.now()) & ~Q(leased_by=user)
    hidden = Q(kind__in=PEOPLES_KINDS, video__in=blind_videos(project=project, user=user))
    waiting = Question.objects.waiting().filter(video__project=project)
    return waiting.exclude(taken).exclude(skips__user=user).exclude(hidden)


def _waiting(kind: QuestionKind, questions: QuerySet[Question]) -> Waiting:
    of_kind = questions.filter(kind=kind)
    first = of_kind.select_related("video__project").order_by("-priority", "pk").first()
    if first is None:
        return Waiting(kind, 0, 0.0, "")
    length_ms = first.video.duration_ms if kind == QuestionKind.FULL else first.end_ms - first.start_ms
    return Waiting(kind, of_kind.order_by()[:COUNTED_UP_TO].count(), cost_s(kind, length_ms), reason_shown(first))
