import pytest
from django.db import connection

from tests.factories import MembershipFactory, QuestionFactory, VideoFactory
from vigil.active_learning.cost_model import cost_s
from vigil.active_learning.waiting import questions_waiting, waiting_for
from vigil.annotations.models import Question, QuestionKind
from vigil.annotations.questions import question_lease, question_skip

pytestmark = pytest.mark.django_db


def test_each_kind_says_how_much_waits_and_why_the_first_is_asked():
    member = MembershipFactory()
    video = VideoFactory(project=member.project)
    QuestionFactory(video=video, kind="verify", priority=1.0, reason="later")
    first = QuestionFactory(video=video, kind="verify", priority=2.0, reason="the branches disagree")
    full = QuestionFactory(video=video, kind="full", reason="drawn at random")
    QuestionFactory(kind="bounds")
    found = {one.kind: one for one in questions_waiting(user=member.user, project=member.project)}
    assert list(found) == list(QuestionKind)
    assert (found[QuestionKind.VERIFY].open, found[QuestionKind.VERIFY].reason) == (2, "the branches disagree")
    assert found[QuestionKind.FULL].seconds == cost_s(QuestionKind.FULL, video.duration_ms)
    assert (found[QuestionKind.BOUNDS].open, found[QuestionKind.BOUNDS].reason) == (0, ""), "another project's"
    question_skip(user=member.user, question_id=first.pk)
    assert question_lease(user=MembershipFactory(project=member.project).user, question=full)
    left = {one.kind: one.open for one in questions_waiting(user=member.user, project=member.project)}
    assert (left[QuestionKind.VERIFY], left[QuestionKind.FULL]) == (1, 0)


def test_a_rare_kind_is_found_without_a_walk_through_the_others():
    member = MembershipFactory()
    video = VideoFactory(project=member.project)
    QuestionFactory(video=video, kind="dialogue", priority=0.0)
    common = [Question(video=video, kind="verify", start_ms=0, end_ms=1, priority=n) for n in range(5_000)]
    Question.objects.bulk_create(common)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE annotations_question")
    waiting = waiting_for(user=member.user, project=member.project)
    plan = waiting.filter(kind="dialogue").order_by("-priority", "pk")[:1].explain()
    assert "question_kind_queue" in plan
