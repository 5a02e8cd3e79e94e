import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import (
    AnnotationFactory,
    MembershipFactory,
    ModelVersionFactory,
    PredictedSegmentFactory,
    PredictionFactory,
    ProjectFactory,
    QuestionFactory,
    SegmentFactory,
    UserFactory,
    VideoFactory,
)
from vigil.active_learning.models import Round
from vigil.active_learning.selection import SelectionRules
from vigil.active_learning.services import next_url, question_next, questions_open, queue_fill
from vigil.annotations.models import Question, QuestionState
from vigil.annotations.questions import question_answer, question_skip
from vigil.review.models import SegmentReview

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return ModelVersionFactory()


def predicted(version, **video):
    return PredictionFactory(video=VideoFactory(project=version.project, **video), model_version=version)


def fill(version, **more) -> Round:
    return queue_fill(project=version.project, model_version=version, **more)


def open_questions(version) -> list[Question]:
    return list(Question.objects.filter(video__project=version.project, state="open").order_by("-priority"))


def test_the_queue_asks_about_the_places_of_doubt(version):
    prediction = predicted(version, weak_label="unknown")
    entry = fill(version, rules=SelectionRules(random_share=0))
    asked = open_questions(version)
    assert entry.questions == len(asked) > 0 and entry.settings["random_share"] == 0
    places = {one.start_ms for one in asked if one.kind == "verify"}
    assert {10_000, 18_000} <= places, "clip 5 (the branches disagree) and clip 9 (score 0.50)"
    assert all(one.prediction == prediction and one.reason for one in asked)
    assert all(" ".join(text % values for text, values in one.reason_parts) == one.reason for one in asked)


def test_normal_test_quarantined_and_finished_videos_are_left_out(version):
    kept = predicted(version)
    for left_out in ({"weak_label": "normal"}, {"split": "test"}, {"state": "failed"}):
        predicted(version, **left_out)
    AnnotationFactory(video=predicted(version).video, is_fully_watched=True)
    fill(version)
    assert {one.video_id for one in open_questions(version)} == {kept.video_id}
    fill(version, includes_test=True)
    assert len({one.video_id for one in open_questions(version)}) == 2


def test_a_new_round_withdraws_what_is_open_and_leaves_what_somebody_holds(version):
    predicted(version)
    fill(version)
    member = MembershipFactory(project=version.project)
    held = question_next(user=member.user, project=version.project)
    old = open_questions(version)
    fill(version)
    assert {Question.objects.get(pk=one.pk).state for one in old} == {QuestionState.WITHDRAWN}
    held.refresh_from_db()
    assert (held.state, held.leased_by) == (QuestionState.LEASED, member.user)
    same_place = [one for one in open_questions(version) if (one.kind, one.start_ms) == (held.kind, held.start_ms)]
    assert same_place == []


def test_what_a_person_skipped_does_not_come_back_to_them_with_a_new_round(version):
    predicted(version)
    fill(version)
    picky, other = (MembershipFactory(project=version.project).user for _ in range(2))
    while (question := question_next(user=picky, project=version.project)) is not None:
        question_skip(user=picky, question_id=question.pk)
    fill(version)
    fill(version)
    assert len(open_questions(version)) > 1
    assert question_next(user=picky, project=version.project) is None
    assert questions_open(user=picky, project=version.project) == 0
    assert question_next(user=other, project=version.project) is not None


def test_a_skip_is_about_one_kind_at_one_place(version):
    video = predicted(version).video
    user = MembershipFactory(project=version.project).user
    for start_ms, kind in ((12_000, "verify"), (10_000, "bounds")):
        elsewhere = QuestionFactory(video=video, kind=kind, start_ms=start_ms, end_ms=start_ms + 2_000)
        question_skip(user=user, question_id=elsewhere.pk)
    fill(version, rules=SelectionRules(random_share=0))
    assert "verify" in {one.kind for one in open_questions(version) if one.start_ms == 10_000}
    asked = Question.objects.filter(state="open", kind="verify", start_ms=10_000)
    assert not asked.filter(skips__user=user).exists()


def test_what_was_answered_is_never_asked_again_even_by_a_new_model(version):
    prediction = predicted(version)
    fill(version)
    member = MembershipFactory(project=version.project)
    verify = question_next(user=member.user, project=version.project, kinds=["verify"])
    question_answer(user=member.user, question_id=verify.pk, payload={"verdict": "no"}, spent_ms=1)
    newer = ModelVersionFactory(project=version.project, state="candidate")
    PredictionFactory(video=prediction.video, model_version=newer)
    fill(newer)
    assert (verify.start_ms, "verify") not in {(one.start_ms, one.kind) for one in open_questions(version)}


def test_other_projects_are_not_touched(version):
    predicted(version)
    elsewhere = QuestionFactory()
    fill(version)
    elsewhere.refresh_from_db()
    assert elsewhere.state == QuestionState.OPEN


def test_segments_of_the_model_bring_bounds_and_explain_questions(version):
    segment = PredictedSegmentFactory(prediction=predicted(version))
    fill(version, rules=SelectionRules(random_share=0, per_video=20))
    kinds = {one.kind: one.segment for one in open_questions(version)}
    assert kinds["bounds"] == kinds["explain"] == segment


def test_next_is_the_highest_priority_and_is_leased_for_ten_minutes():
    member = MembershipFactory()
    video = VideoFactory(project=member.project)
    QuestionFactory(video=video, priority=0.5)
    best = QuestionFactory(video=video, priority=0.9)
    got = question_next(user=member.user, project=member.project)
    assert got == best and got.leased_by == member.user
    left = got.leased_until - timezone.now()
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)


def test_a_page_loaded_anew_gets_the_same_question_and_another_person_another():
    member = MembershipFactory()
    video = VideoFactory(project=member.project)
    first, second = (QuestionFactory(video=video, priority=priority) for priority in (2, 1))
    other = MembershipFactory(project=member.project).user
    assert question_next(user=member.user, project=member.project) == first
    assert question_next(user=other, project=member.project) == second
    assert question_next(user=member.user, project=member.project) == first
    assert question_next(user=UserFactory(), project=member.project) is None


def test_exclude_fetches_one_ahead():
    member = MembershipFactory()
    video = VideoFactory(project=member.project)
    first, second = (QuestionFactory(video=video, priority=priority) for priority in (2, 1))
    question_next(user=member.user, project=member.project)
    assert question_next(user=member.user, project=member.project, exclude=[first.pk]) == second
    assert question_next(user=member.user, project=member.project, exclude=[first.pk, second.pk]) is None


def test_kinds_narrow_down():
    member = MembershipFactory()
    video = VideoFactory(project=member.project)
    QuestionFactory(video=video, kind="full", priority=9)
    glance = QuestionFactory(video=video, kind="glance")
    assert question_next(user=member.user, project=member.project, kinds=["glance", "verify"]) == glance
    assert question_next(user=member.user, project=member.project, kinds=[]) is None


def test_an_expired_lease_is_free_for_others():
    member = MembershipFactory()
    past = timezone.now() - timedelta(seconds=1)
    question = QuestionFactory(
        video=VideoFactory(project=member.project), state="leased", leased_by=UserFactory(), leased_until=past
    )
    assert question_next(user=member.user, project=member.project) == question
    assert question_next(user=member.user, project=member.project).leased_by == member.user


def test_skipped_questions_do_not_come_back_to_the_person():
    member = MembershipFactory()
    question = QuestionFactory(video=VideoFactory(project=member.project))
    question_skip(user=member.user, question_id=question.pk)
    assert question_next(user=member.user, project=member.project) is None
    assert questions_open(user=member.user, project=member.project) == 0
    other = MembershipFactory(project=member.project).user
    assert questions_open(user=other, project=member.project) == 1
    assert question_next(user=other, project=member.project) == question


def test_answered_and_withdrawn_questions_and_other_projects_are_not_offered():
    member = MembershipFactory()
    video = VideoFactory(project=member.project)
    for state in ("answered", "withdrawn"):
        QuestionFactory(video=video, state=state)
    QuestionFactory()
    assert question_next(user=member.user, project=member.project) is None


def test_open_counts_what_this_person_can_get():
    member = MembershipFactory()
    video = VideoFactory(project=member.project)
    soon = timezone.now() + timedelta(minutes=5)
    QuestionFactory(video=video)
    QuestionFactory(video=video, kind="full")
    QuestionFactory(video=video, state="leased", leased_by=member.user, leased_until=soon)
    QuestionFactory(video=video, state="leased", leased_by=UserFactory(), leased_until=soon)
    QuestionFactory(video=video, state="answered")
    assert questions_open(user=member.user, project=member.project) == 3
    assert questions_open(user=member.user, project=member.project, kinds=["full"]) == 1


def test_after_submitting_comes_the_next_workbench_question_then_the_quick_ones_then_nothing():
    member = MembershipFactory()
    project = member.project
    assert next_url(user=member.user, project=project) is None
    video = VideoFactory(project=project)
    QuestionFactory(video=video, kind="verify")
    assert next_url(user=member.user, project=project) == f"/projects/{project.slug}/questions/"
    bounds = QuestionFactory(video=video, kind="bounds", priority=0.01)
    assert next_url(user=member.user, project=project) == f"/videos/{video.pk}/?question={bounds.pk}"


def test_a_project_without_predictions_gets_an_empty_round():
    version = ModelVersionFactory(project=ProjectFactory(slug=f"empty-{uuid.uuid4().hex[:8]}"))
    assert fill(version).questions == 0


def reviewed(segment, verdict):
    SegmentReview.objects.create(
        annotation=segment.annotation, segment_key=segment.key, verdict=verdict, comment="", content={},
        reviewer=UserFactory(),
    )  # fmt: skip


def test_what_a_reviewer_rejected_is_asked_about_again_and_starts_no_dialogue(version):
    prediction = predicted(version)
    proposed = PredictedSegmentFactory(prediction=prediction)
    place = {"start_ms": proposed.start_ms, "end_ms": proposed.end_ms, "label": proposed.label}
    segment = SegmentFactory(annotation__video=prediction.video, source=proposed, outcome="accepted", **place)
    fill(version)
    assert "dialogue" in {one.kind for one in open_questions(version)}
    assert not {one.segment_id for one in open_questions(version) if one.kind in ("bounds", "explain")}
    reviewed(segment, "rejected")
    fill(version)
    assert "dialogue" not in {one.kind for one in open_questions(version)}
    assert {one.segment_id for one in open_questions(version) if one.kind in ("bounds", "explain")} == {proposed.pk}


def test_a_video_watched_to_the_end_is_settled_unless_a_reviewer_or_another_watcher_denies_what_is_in_it(version):
    video = predicted(version).video
    segment = SegmentFactory(annotation__video=video, annotation__is_fully_watched=True)
    fill(version)
    assert open_questions(version) == []
    AnnotationFactory(video=video, is_fully_watched=True)
    fill(version)
    assert open_questions(version) != []
    reviewed(segment, "accepted")
    fill(version)
    assert open_questions(version) == []
    reviewed(segment, "rejected")
    fill(version)
    assert open_questions(version) != []
