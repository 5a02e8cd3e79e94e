import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import (
    MembershipFactory,
    ModelVersionFactory,
    PredictedSegmentFactory,
    PredictionFactory,
    QuestionFactory,
    UserFactory,
    VideoFactory,
)
from vigil.active_learning.services import queue_fill
from vigil.annotations.models import Answer, Question, QuestionState
from vigil.annotations.questions import (
    answer_withdraw,
    leases_keep,
    question_answer,
    question_lease,
    question_skip,
    question_withdraw,
)
from vigil.annotations.schemas import DocumentIn
from vigil.annotations.selectors import answers_of
from vigil.annotations.services import annotation_open, annotation_save, annotation_submit
from vigil.projects.errors import Conflict, Invalid, NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return MembershipFactory()


@pytest.fixture
def video(member):
    return VideoFactory(project=member.project)


def asked(user, video, **changes) -> Question:
    """A question that the person holds."""
    question = QuestionFactory(video=video, **changes)
    assert question_lease(user=user, question=question)
    return question


def expire(question: Question) -> None:
    Question.objects.filter(pk=question.pk).update(leased_until=timezone.now() - timedelta(seconds=1))


def answer(user, question, spent_ms=900, **payload):
    return question_answer(user=user, question_id=question.pk, payload=payload, spent_ms=spent_ms)


def test_a_lease_keeps_others_out_until_it_runs_out(member, video):
    question = asked(member.user, video)
    other = MembershipFactory(project=member.project).user
    assert not question_lease(user=other, question=question)
    assert question_lease(user=member.user, question=question)
    expire(question)
    assert question_lease(user=other, question=question)
    assert not question_lease(user=member.user, question=question)


def test_an_answer_is_kept_once(member, video):
    question = asked(member.user, video)
    kept = answer(member.user, question, verdict="yes")
    assert (kept.kind, kept.payload, kept.spent_ms) == ("verify", {"verdict": "yes"}, 900)
    question.refresh_from_db()
    assert question.state == QuestionState.ANSWERED
    with pytest.raises(Conflict, match="already answered"):
        answer(member.user, question, verdict="no")
    assert Answer.objects.count() == 1


def test_an_answer_that_is_sent_again_is_the_same_answer(member, video):
    question = asked(member.user, video)
    kept = answer(member.user, question, verdict="yes")
    assert answer(member.user, question, spent_ms=1200, verdict="yes") == kept
    assert [one.spent_ms for one in Answer.objects.all()] == [900]
    answer_withdraw(user=member.user, answer_id=kept.pk)
    assert answer(member.user, question, verdict="yes") != kept, "said anew after it was taken back"


def test_keeping_questions_takes_back_what_ran_out_and_leaves_what_others_have(member, video):
    mine, ran_out, lost, answered = (asked(member.user, video) for _ in range(4))
    other = MembershipFactory(project=member.project).user
    for question in (ran_out, lost):
        expire(question)
    assert question_lease(user=other, question=lost)
    answer(member.user, answered, verdict="yes")
    elsewhere = asked(member.user, VideoFactory())
    ids = [mine.pk, ran_out.pk, lost.pk, answered.pk, elsewhere.pk]
    assert leases_keep(user=member.user, project=member.project, question_ids=ids) == [mine.pk, ran_out.pk]
    lost.refresh_from_db()
    ran_out.refresh_from_db()
    assert lost.leased_by == other and ran_out.lease_ms(timezone.now()) > 590_000


def test_a_question_withdrawn_under_ones_hands_is_still_ones_own(member, video):
    mine = asked(member.user, video)
    Question.objects.update(state=QuestionState.WITHDRAWN, leased_until=None)
    assert leases_keep(user=member.user, project=member.project, question_ids=[mine.pk]) == [mine.pk]


def test_an_answer_to_what_somebody_else_has_is_refused_with_the_reason(member, video):
    question = asked(member.user, video)
    other = MembershipFactory(project=member.project).user
    with pytest.raises(Conflict, match="Somebody else has this question"):
        answer(other, question, verdict="yes")
    Question.objects.update(state=QuestionState.WITHDRAWN)
    with pytest.raises(Conflict, match="withdrawn because the model was renewed"):
        answer(other, question, verdict="yes")
    assert not Answer.objects.exists()


def test_a_late_answer_counts_when_nobody_else_took_the_question(member, video):
    question = asked(member.user, video)
    expire(question)
    assert answer(member.user, question, verdict="yes").payload == {"verdict": "yes"}
    assert states(question) == ["answered"]


def test_a_late_answer_counts_when_the_question_is_open_again(member, video):
    question = QuestionFactory(video=video)
    answer(member.user, question, verdict="yes")
    question.refresh_from_db()
    assert (question.state, question.leased_by) == (QuestionState.ANSWERED, member.user)


def test_a_late_answer_is_refused_when_somebody_else_took_the_question(member, video):
    question = asked(member.user, video)
    expire(question)
    other = MembershipFactory(project=member.project).user
    assert question_lease(user=other, question=question)
    with pytest.raises(Conflict, match="Somebody else has this question"):
        answer(member.user, question, verdict="yes")
    answer(other, question, verdict="no")
    with pytest.raises(Conflict, match="already answered"):
        answer(member.user, question, verdict="yes")


def test_a_late_answer_counts_when_the_queue_was_renewed_meanwhile(member, video):
    question = asked(member.user, video)
    expire(question)
    queue_fill(project=video.project, model_version=ModelVersionFactory(project=video.project))
    assert states(question) == ["withdrawn"]
    answer(member.user, question, verdict="yes")
    assert states(question) == ["answered"]


@pytest.mark.parametrize(
    ("kind", "payload", "said"),
    [
        ("verify", {"verdict": "maybe"}, "verify payload, verdict"),
        ("verify", {"verdict": "yes", "more": 1}, "verify payload, more"),
        ("glance", {"moments_ms": [30_000], "speed": 2}, "beyond the video's end at 30000 ms"),
        ("glance", {"moments_ms": [-1]}, "moments_ms.0"),
        ("glance", {"moments_ms": [1], "speed": 0}, "speed"),
        ("bounds", {}, 'either {"segment"'),
        ("bounds", {"rejected": False}, "rejected"),
        ("explain", {"explanation": "   "}, "explanation is empty"),
        ("explain", {}, "explanation"),
        ("full", {"anything": 1}, "answered in the workbench"),
    ],
)
def test_a_payload_that_does_not_fit_is_refused_and_the_lease_stays(member, video, kind, payload, said):
    question = asked(member.user, video, kind=kind)
    with pytest.raises(Invalid, match=said):
        answer(member.user, question, **payload)
    question.refresh_from_db()
    assert question.state == QuestionState.LEASED and not Answer.objects.exists()


def test_glance_without_a_moment_means_that_nothing_was_seen(member, video):
    kept = answer(member.user, asked(member.user, video, kind="glance"), moments_ms=[], speed=4)
    assert kept.payload == {"moments_ms": [], "speed": 4.0}


def test_bounds_are_checked_and_their_outcome_is_the_servers(member, video):
    source = PredictedSegmentFactory(prediction=PredictionFactory(video=video))
    question = asked(member.user, video, kind="bounds", segment=source)
    segment = {
        "key": str(uuid.uuid4()),
        "start_ms": 9_500,
        "end_ms": 12_000,
        "label": "Fighting",
        "explanation": source.explanation,
        "source_id": source.pk,
        "outcome": "accepted",
    }
    with pytest.raises(Invalid, match="beyond the video's end"):
        answer(member.user, question, segment={**segment, "end_ms": 99_000})
    kept = answer(member.user, question, segment=segment)
    assert kept.payload["segment"]["outcome"] == "changed"
    assert kept.payload["segment"]["draft_explanation"] == source.explanation


def test_a_skipped_question_is_free_for_others_and_skipping_twice_is_once(member, video):
    question = asked(member.user, video)
    question_skip(user=member.user, question_id=question.pk)
    question_skip(user=member.user, question_id=question.pk)
    question.refresh_from_db()
    assert (question.state, question.leased_by) == (QuestionState.OPEN, None)
    assert list(question.skips.values_list("user", flat=True)) == [member.user.pk]


def test_skipping_takes_no_lease_from_somebody_else(member, video):
    question = asked(member.user, video)
    other = MembershipFactory(project=member.project).user
    question_skip(user=other, question_id=question.pk)
    question.refresh_from_db()
    assert question.leased_by == member.user


def test_withdrawing_gives_the_question_back_to_the_person(member, video):
    question = asked(member.user, video)
    kept = answer(member.user, question, verdict="yes")
    answer_withdraw(user=member.user, answer_id=kept.pk)
    answer_withdraw(user=member.user, answer_id=kept.pk)
    kept.refresh_from_db()
    question.refresh_from_db()
    assert kept.withdrawn_at is not None and kept.payload == {"verdict": "yes"}
    assert (question.state, question.leased_by) == (QuestionState.LEASED, member.user)
    assert answer(member.user, question, verdict="no").payload == {"verdict": "no"}
    assert [one.payload["verdict"] for one in answers_of(project=member.project)] == ["no"]


def test_an_answer_can_be_taken_back_by_its_question_and_twice_is_once(member, video):
    question = asked(member.user, video)
    other = MembershipFactory(project=member.project).user
    answer(member.user, question, verdict="yes")
    question_withdraw(user=other, question_id=question.pk)
    assert states(question) == ["answered"], "somebody else's answer stays"
    for _ in range(2):
        question_withdraw(user=member.user, question_id=question.pk)
    assert states(question) == ["leased"]
    assert Answer.objects.filter(withdrawn_at=None).count() == 0


def test_a_skip_can_be_taken_back_and_the_question_is_the_persons_again(member, video):
    question = asked(member.user, video)
    question_skip(user=member.user, question_id=question.pk)
    question_withdraw(user=member.user, question_id=question.pk)
    question.refresh_from_db()
    assert (question.state, question.leased_by) == (QuestionState.LEASED, member.user)
    assert not question.skips.exists()
    assert answer(member.user, question, verdict="no").payload == {"verdict": "no"}


def test_nobody_withdraws_what_somebody_else_said(member, video):
    kept = answer(member.user, asked(member.user, video), verdict="yes")
    with pytest.raises(NotAllowed):
        answer_withdraw(user=MembershipFactory(project=member.project, role="owner").user, answer_id=kept.pk)


def saved(member, video, *segments, **more):
    annotation = annotation_open(user=member.user, video=video)
    document = DocumentIn.model_validate({"segments": list(segments), **more})
    return annotation_save(user=member.user, annotation_id=annotation.pk, revision=0, document=document)


def submit(member, annotation, question=None, spent_ms=None):
    return annotation_submit(
        user=member.user,
        annotation_id=annotation.pk,
        revision=annotation.revision,
        question_id=question.pk if question else None,
        spent_ms=spent_ms,
    )


def states(*questions: Question) -> list[str]:
    return [Question.objects.get(pk=question.pk).state for question in questions]


def test_submitting_answers_the_question_it_was_opened_for(member, video):
    mine = asked(member.user, video, kind="bounds")
    quick = asked(member.user, video, kind="verify")
    untouched = QuestionFactory(video=video)
    annotation = submit(member, saved(member, video, spent_ms=5_000), mine)
    assert states(mine, quick, untouched) == ["answered", "leased", "open"]
    kept = Answer.objects.get()
    assert kept.payload == {"annotation_id": annotation.pk, "revision": 1} and kept.spent_ms == 5_000
    assert not answers_of(project=member.project).exists(), "the annotation itself says what this answer says"


def test_a_second_question_on_a_video_counts_only_its_own_time(member, video):
    first, second, third = (asked(member.user, video, kind="bounds") for _ in range(3))
    annotation = saved(member, video, spent_ms=30_000)
    submit(member, annotation, first, spent_ms=12_000)
    submit(member, annotation, second, spent_ms=7_000)
    submit(member, annotation, third)
    assert list(Answer.objects.order_by("pk").values_list("spent_ms", flat=True)) == [12_000, 7_000, 11_000]


def test_a_question_held_beside_stays_unless_its_segment_is_judged_or_all_was_watched(member, video):
    source = PredictedSegmentFactory(prediction=PredictionFactory(video=video))
    named = asked(member.user, video, kind="bounds")
    judged = asked(member.user, video, kind="explain", segment=source)
    ahead = asked(member.user, video, kind="bounds")
    rejected = {"key": str(uuid.uuid4()), "start_ms": source.start_ms, "end_ms": source.end_ms,
                "label": source.label, "source_id": source.pk, "outcome": "rejected"}  # fmt: skip
    annotation = submit(member, saved(member, video, rejected), named, spent_ms=4_000)
    assert states(named, judged, ahead) == ["answered", "answered", "leased"]
    assert list(Answer.objects.order_by("question_id").values_list("spent_ms", flat=True)) == [4_000, 0]
    watched = DocumentIn.model_validate({"segments": [rejected], "is_fully_watched": True})
    annotation = annotation_save(user=member.user, annotation_id=annotation.pk, revision=1, document=watched)
    submit(member, annotation)
    assert states(ahead) == ["answered"]


def test_submitting_twice_is_one_answer(member, video):
    mine = asked(member.user, video, kind="explain")
    annotation = saved(member, video)
    submit(member, annotation, mine)
    submit(member, annotation, mine)
    assert Answer.objects.count() == 1


def test_a_lease_that_ran_out_is_taken_again_unless_somebody_was_faster(member, video):
    slow = asked(member.user, video, kind="full")
    annotation = saved(member, video)
    expire(slow)
    other = MembershipFactory(project=member.project).user
    assert question_lease(user=other, question=slow)
    with pytest.raises(Conflict, match="submit again without the question"):
        submit(member, annotation, slow)
    annotation.refresh_from_db()
    assert annotation.state == "draft"
    expire(slow)
    submit(member, annotation, slow)
    assert states(slow) == ["answered"]


def test_saving_renews_the_lease(member, video):
    mine = asked(member.user, video, kind="bounds")
    expire(mine)
    saved(member, video)
    mine.refresh_from_db()
    assert mine.leased_until > timezone.now() + timedelta(minutes=9)


def test_judging_a_models_segment_settles_the_open_questions_about_it(member, video):
    source = PredictedSegmentFactory(prediction=PredictionFactory(video=video))
    about = QuestionFactory(video=video, kind="bounds", segment=source)
    elsewhere = QuestionFactory(video=video, start_ms=20_000, end_ms=22_000)
    rejected = {
        "key": str(uuid.uuid4()),
        "start_ms": source.start_ms,
        "end_ms": source.end_ms,
        "label": source.label,
        "source_id": source.pk,
        "outcome": "rejected",
    }
    submit(member, saved(member, video, rejected))
    assert states(about, elsewhere) == ["withdrawn", "open"]


def test_watching_all_of_a_video_settles_every_open_question_but_no_one_elses_lease(member, video):
    free, elsewhere = QuestionFactory(video=video), QuestionFactory()
    held = asked(MembershipFactory(project=member.project).user, video)
    submit(member, saved(member, video, is_fully_watched=True))
    assert states(free, elsewhere, held) == ["withdrawn", "open", "leased"]


def test_a_question_about_another_video_is_refused(member, video):
    other = QuestionFactory(video=VideoFactory(project=member.project))
    with pytest.raises(Invalid, match="another video"):
        submit(member, saved(member, video), other)
    assert not Answer.objects.exists()


def test_a_stranger_gets_no_question(video):
    with pytest.raises(Exception, match="no such question"):
        question_skip(user=UserFactory(), question_id=QuestionFactory(video=video).pk)
