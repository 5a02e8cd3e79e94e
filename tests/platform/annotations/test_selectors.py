import pytest

from tests.factories import (
    AnnotationFactory,
    MembershipFactory,
    PredictedSegmentFactory,
    PredictionFactory,
    QuestionFactory,
    SegmentFactory,
    UserFactory,
    VideoFactory,
)
from vigil.accounts.models import Role
from vigil.annotations.models import Answer
from vigil.annotations.selectors import (
    annotation_for,
    answer_for,
    answers_of,
    document_rules,
    frozen_truths_of,
    judged_source_ids,
    label_names,
    labels_to_choose,
    question_for,
    submitted_of,
)
from vigil.projects.errors import Missing, NotAllowed

pytestmark = pytest.mark.django_db


def test_annotation_for_owner_reviewer_member_and_stranger():
    member = MembershipFactory(role=Role.ANNOTATOR)
    annotation = AnnotationFactory(user=member.user, video=VideoFactory(project=member.project))
    reviewer = MembershipFactory(project=member.project, role=Role.REVIEWER).user
    other = MembershipFactory(project=member.project, role=Role.ANNOTATOR).user
    assert annotation_for(user=member.user, annotation_id=annotation.pk) == annotation
    assert annotation_for(user=reviewer, annotation_id=annotation.pk) == annotation
    with pytest.raises(NotAllowed):
        annotation_for(user=other, annotation_id=annotation.pk)
    for stranger, pk in [(UserFactory(), annotation.pk), (member.user, 0)]:
        with pytest.raises(Missing):
            annotation_for(user=stranger, annotation_id=pk)


def test_question_and_answer_hide_from_strangers():
    question = QuestionFactory()
    answer = Answer.objects.create(question=question, user=UserFactory(), kind="verify", payload={})
    for find in (
        lambda user: question_for(user=user, question_id=question.pk),
        lambda user: answer_for(user=user, answer_id=answer.pk),
    ):
        with pytest.raises(Missing):
            find(UserFactory())
        with pytest.raises(NotAllowed):
            find(MembershipFactory(project=question.video.project, role=Role.VIEWER).user)


def test_submitted_leaves_out_drafts_truths_and_other_projects(django_assert_num_queries):
    mine = AnnotationFactory()
    SegmentFactory(annotation=mine)
    AnnotationFactory(video=mine.video, state="draft")
    AnnotationFactory(video=mine.video, user=None, is_frozen_truth=True)
    AnnotationFactory()
    with django_assert_num_queries(2):
        found = list(submitted_of(project=mine.video.project))
        assert [len(one.segments.all()) for one in found] == [1]
    assert found == [mine]


def test_answers_leave_out_withdrawn_ones():
    question = QuestionFactory()
    user = UserFactory()
    kept = Answer.objects.create(question=question, user=user, kind="verify", payload={"verdict": "no"})
    Answer.objects.create(question=question, user=user, kind="verify", payload={}, withdrawn_at="2026-01-01T00:00Z")
    Answer.objects.create(question=QuestionFactory(), user=user, kind="verify", payload={})
    assert list(answers_of(project=question.video.project)) == [kept]


def test_frozen_truths_by_split():
    test = AnnotationFactory(user=None, is_frozen_truth=True, video__split="test")
    project = test.video.project
    val = AnnotationFactory(user=None, is_frozen_truth=True, video=VideoFactory(project=project, split="val"))
    assert list(frozen_truths_of(project=project)) == [test, val]
    assert list(frozen_truths_of(project=project, split="test")) == [test]


def test_label_names_are_the_templates_then_those_that_data_and_people_brought():
    video = VideoFactory(classes=["Juggling", "Fighting"])
    SegmentFactory(annotation=AnnotationFactory(video=video), label="Bicycle")
    PredictedSegmentFactory(prediction=PredictionFactory(video=video), label="Drone")
    VideoFactory(classes=["Elsewhere"])
    names = label_names(project=video.project)
    assert names[0] == "Fighting" and names[-3:] == ["Bicycle", "Drone", "Juggling"]
    assert len(names) == len(set(names)) and "Elsewhere" not in names


def test_labels_to_choose_are_those_without_what_models_said_elsewhere():
    video = VideoFactory(classes=["Juggling"])
    PredictedSegmentFactory(prediction=PredictionFactory(video=video), label="Drone")
    assert labels_to_choose(project=video.project)[-1] == "Juggling"
    assert labels_to_choose(project=video.project, also=["Drone", "Fire"])[-2:] == ["Drone", "Juggling"]


def test_a_document_may_use_what_anybody_brought_into_the_project():
    video = VideoFactory(classes=["Juggling"])
    other = VideoFactory(project=video.project)
    SegmentFactory(annotation=AnnotationFactory(video=other), label="Bicycle")
    PredictedSegmentFactory(prediction=PredictionFactory(video=other), label="Drone")
    VideoFactory(classes=["Elsewhere"])
    wanted = ["Juggling", "Bicycle", "Drone", "Elsewhere", "Fire"]
    rules = document_rules(video=other, labels=wanted)
    assert [label for label in wanted if label in rules.labels] == ["Juggling", "Bicycle", "Drone", "Fire"]


def test_judged_sources_are_those_of_segments_that_came_from_the_model():
    source = PredictedSegmentFactory()
    annotation = AnnotationFactory(video=source.prediction.video)
    SegmentFactory(annotation=annotation)
    SegmentFactory(annotation=annotation, source=source, outcome="rejected")
    assert judged_source_ids(annotation=annotation) == {source.pk}
