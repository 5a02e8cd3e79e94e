import pytest

from tests.factories import AnnotationFactory, MembershipFactory, QuestionFactory, SegmentFactory, VideoFactory
from vigil.annotations.questions import answer_withdraw, question_answer
from vigil.annotations.reaction import PRIOR_MS, Reaction, Taps, delays_ms, reaction_of


def test_a_delay_is_real_time_from_the_start_before_the_tap():
    taps = [Taps(1, [9_900, 20_000], speed=4, reaction_ms=250)]
    assert delays_ms(taps, {1: [10_000, 20_200]}) == [225, 200]


def test_taps_long_after_before_or_far_from_any_start_tell_nothing():
    taps = [Taps(1, [9_000, 13_000, 90_000], speed=2, reaction_ms=100), Taps(2, [5_000], speed=2, reaction_ms=100)]
    assert delays_ms(taps, {1: [10_000]}) == []


@pytest.mark.django_db
def test_five_taps_against_submitted_edges_make_a_persons_own_reaction_time():
    member = MembershipFactory()
    video = VideoFactory(project=member.project)
    submitted = AnnotationFactory(video=video, user=MembershipFactory(project=member.project).user)
    SegmentFactory(annotation=submitted, start_ms=10_000, end_ms=12_000)
    SegmentFactory(annotation=submitted, start_ms=9_500, end_ms=9_900, outcome="rejected")
    assert reaction_of(user=member.user, project=member.project) == Reaction(PRIOR_MS, 0)
    answers = []
    for delay_ms in (400, 480, 500, 520, 900):
        payload = {"moments_ms": [10_000 + (delay_ms - 350) * 2], "speed": 2, "reaction_ms": 350}
        question = QuestionFactory(video=video, kind="glance", start_ms=0, end_ms=30_000)
        answers.append(question_answer(user=member.user, question_id=question.pk, payload=payload, spent_ms=1))
    assert reaction_of(user=member.user, project=member.project) == Reaction(500, 5)
    answer_withdraw(user=member.user, answer_id=answers[0].pk)
    assert reaction_of(user=member.user, project=member.project) == Reaction(PRIOR_MS, 0)
