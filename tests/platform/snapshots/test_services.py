"""Taking snapshots on a real database."""

import pytest
from django.db import DatabaseError, transaction

from ml.contracts import TruthSegment
from tests.factories import AnnotationFactory, ProjectFactory, SegmentFactory, UserFactory, VideoFactory
from vigil.annotations.models import AnnotationState
from vigil.annotations.services import frozen_truth_set
from vigil.projects.errors import Invalid
from vigil.projects.work import WorkState
from vigil.review.models import SegmentReview
from vigil.snapshots.counting import counts_now
from vigil.snapshots.models import Snapshot
from vigil.snapshots.selectors import said_of_tests, training_videos
from vigil.snapshots.services import snapshot_take
from vigil.videos.models import Split, WeakLabel

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    made = ProjectFactory()
    VideoFactory(project=made, name="train.mp4", weak_label=WeakLabel.ABNORMAL, group="gate")
    VideoFactory(project=made, name="test.mp4", split=Split.TEST, group="yard")
    return made


def test_the_same_knowledge_gives_the_same_snapshot(project):
    first, second = snapshot_take(project=project), snapshot_take(project=project, user=UserFactory())
    assert first == second
    assert Snapshot.objects.count() == 1


def test_an_answer_makes_a_new_snapshot_and_is_in_it(project):
    before = snapshot_take(project=project)
    segment = SegmentFactory(annotation__video=project.videos.get(name="train.mp4"))
    after = snapshot_take(project=project)
    (line,) = after.manifest["videos"]
    assert before != after
    assert [one["start_ms"] for one in line["segments"]] == [segment.start_ms]
    assert (after.counts["segments"], after.counts["manual"]) == (1, 1)


def test_a_draft_is_not_in_it(project):
    SegmentFactory(annotation__video=project.videos.get(name="train.mp4"), annotation__state=AnnotationState.DRAFT)
    assert snapshot_take(project=project).counts["segments"] == 0


def test_the_truth_of_the_test_split_is_not_in_it(project):
    test = project.videos.get(name="test.mp4")
    frozen_truth_set(video=test, segments=[TruthSegment(1_000, 2_000, "Fire", "The secret of the test.")])
    snapshot = snapshot_take(project=project)
    assert snapshot.manifest["test_videos"] == ["test.mp4"]
    assert "secret" not in str(snapshot.manifest)
    assert test.sha256 not in str(snapshot.manifest)


def test_what_people_said_of_a_test_video_is_kept_but_never_trained_on(project):
    test = project.videos.get(name="test.mp4")
    before = snapshot_take(project=project)
    segment = SegmentFactory(annotation__video=test, end_ms=13_370, explanation="A man falls.")
    after = snapshot_take(project=project)
    assert before != after
    (line,) = after.manifest["test_answers"]["videos"]
    assert (line["segments"][0]["end_ms"], line["segments"][0]["explanation"]) == (13_370, "A man falls.")
    (source,) = after.manifest["test_answers"]["sources"][test.sha256]
    assert source["user_id"] == segment.annotation.user_id
    assert [one.video.name for one in training_videos(after)] == ["train.mp4"]
    assert test.sha256 not in after.manifest["sources"]
    assert after.counts == before.counts
    assert said_of_tests(after)[test.sha256].said.segments[0].end_ms == 13_370


def test_no_path_of_this_machine_is_in_it(project):
    (line,) = snapshot_take(project=project).manifest["videos"]
    assert line["video"]["path"] == ""


def test_quarantined_and_unready_videos_are_left_out(project):
    VideoFactory(project=project, state=WorkState.FAILED)
    VideoFactory(project=project, state=WorkState.RUNNING)
    assert snapshot_take(project=project).counts["videos"] == 1


def test_who_watched_all_of_it_makes_the_rest_normal(project):
    AnnotationFactory(video=project.videos.get(name="train.mp4"), is_fully_watched=True)
    (line,) = snapshot_take(project=project).manifest["videos"]
    assert line["is_fully_labelled"] is True


def test_a_group_divided_over_splits_is_refused_by_name(project):
    VideoFactory(project=project, split=Split.VAL, group="yard")
    with pytest.raises(Invalid, match="group 'yard' is divided over the splits test, val"):
        snapshot_take(project=project)


def test_nothing_to_train_on_says_what_to_do():
    project = ProjectFactory()
    VideoFactory(project=project, split=Split.TEST)
    with pytest.raises(Invalid, match="no ready video in the train split"):
        snapshot_take(project=project)


def test_the_database_refuses_to_change_a_snapshot(project):
    snapshot = snapshot_take(project=project)
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        Snapshot.objects.filter(pk=snapshot.pk).update(manifest={})


def test_the_counts_of_now_write_nothing(project):
    assert counts_now(project=project)["weak_labels"] == 1
    assert not Snapshot.objects.exists()


def rejected_by_a_reviewer(segment):
    return SegmentReview.objects.create(
        annotation=segment.annotation, segment_key=segment.key, verdict="rejected", comment="It is a dog.",
        content={"start_ms": segment.start_ms}, reviewer=UserFactory(),
    )  # fmt: skip


def test_a_segment_that_a_reviewer_rejected_is_not_in_it_and_the_video_is_not_fully_labelled(project):
    video = project.videos.get(name="train.mp4")
    segment = SegmentFactory(annotation__video=video, annotation__is_fully_watched=True)
    assert snapshot_take(project=project).manifest["videos"][0]["is_fully_labelled"] is True
    rejected_by_a_reviewer(segment)
    snapshot = snapshot_take(project=project)
    assert snapshot.manifest["videos"][0]["segments"] == []
    assert snapshot.manifest["videos"][0]["is_fully_labelled"] is False
    assert (snapshot.counts["segments"], snapshot.counts["left_out"]) == (0, 1)


def test_a_rejection_holds_until_a_newer_verdict_and_a_deleted_segment_is_forgotten(project):
    video = project.videos.get(name="train.mp4")
    segment = SegmentFactory(annotation__video=video, annotation__is_fully_watched=True)
    review = rejected_by_a_reviewer(segment)
    segment.start_ms += 500
    segment.save()
    assert counts_now(project=project)["segments"] == 0
    SegmentReview.objects.create(
        annotation=segment.annotation, segment_key=segment.key, verdict="accepted", content={}, reviewer=review.reviewer
    )
    assert counts_now(project=project)["segments"] == 1
    rejected_by_a_reviewer(segment)
    segment.delete()
    assert counts_now(project=project)["left_out"] == 0
    assert snapshot_take(project=project).manifest["videos"][0]["is_fully_labelled"] is True


def test_a_page_counts_again_only_what_changed_since(project, django_assert_max_num_queries):
    video = project.videos.get(name="train.mp4")
    segment = SegmentFactory(annotation__video=video)
    rejected = rejected_by_a_reviewer(segment)
    assert (counts_now(project=project)["segments"], counts_now(project=project)["left_out"]) == (0, 1)
    with django_assert_max_num_queries(1):
        counts_now(project=project)
    SegmentReview.objects.create(
        annotation=segment.annotation, segment_key=segment.key, verdict="fixed", content={}, reviewer=rejected.reviewer
    )
    assert counts_now(project=project)["segments"] == 1
    segment.annotation.state = "draft"
    segment.annotation.save()
    assert counts_now(project=project)["segments"] == 0
