"""Reading snapshots back, and the truth that models are judged by."""

import pytest

from ml.contracts import TruthSegment
from tests.factories import AnnotationFactory, ProjectFactory, SegmentFactory, VideoFactory
from vigil.annotations.models import Outcome
from vigil.annotations.services import frozen_truth_set
from vigil.projects.errors import Missing
from vigil.snapshots.selectors import frozen_truths, snapshot_by_name, training_videos
from vigil.snapshots.services import snapshot_take
from vigil.videos.models import Split, WeakLabel
from vigil.videos.selectors import original_path

pytestmark = pytest.mark.django_db


def truth_of(video):
    (truth,) = frozen_truths(project=video.project)
    assert truth.video.key == video.sha256
    return truth


def test_videos_of_a_snapshot_come_with_the_paths_of_today():
    video = VideoFactory()
    (line,) = training_videos(snapshot_take(project=video.project))
    assert line.video.path == str(original_path(video))
    assert line.video.weak_label == WeakLabel.ABNORMAL


def test_a_removed_video_is_left_out(caplog):
    video, kept = VideoFactory(), None
    kept = VideoFactory(project=video.project)
    snapshot = snapshot_take(project=video.project)
    name = video.name
    video.delete()
    assert [line.video.name for line in training_videos(snapshot)] == [kept.name]
    assert name in caplog.text


def test_a_snapshot_is_found_by_number_and_by_the_beginning_of_its_hash():
    video = VideoFactory()
    snapshot = snapshot_take(project=video.project)
    assert snapshot_by_name(project=video.project, name=str(snapshot.pk)) == snapshot
    assert snapshot_by_name(project=video.project, name=snapshot.content_sha256[:12]) == snapshot
    with pytest.raises(Missing, match=snapshot.content_sha256[:12]):
        snapshot_by_name(project=video.project, name="zzzz")


def test_the_frozen_truth_comes_first():
    video = VideoFactory(split=Split.TEST)
    watched = AnnotationFactory(video=video, is_fully_watched=True)
    SegmentFactory(annotation=watched)
    frozen_truth_set(video=video, segments=[TruthSegment(1_000, 4_000, "Fire")])
    truth = truth_of(video)
    assert [(one.start_ms, one.end_ms, one.label) for one in truth.segments] == [(1_000, 4_000, "Fire")]
    assert truth.is_localised


def test_then_what_somebody_said_who_watched_all_of_it():
    video = VideoFactory(split=Split.TEST)
    watched = AnnotationFactory(video=video, is_fully_watched=True)
    SegmentFactory(annotation=watched)
    SegmentFactory(annotation=watched, start_ms=20_000, end_ms=21_000, outcome=Outcome.REJECTED)
    SegmentFactory(annotation__video=video, start_ms=1_000)
    truth = truth_of(video)
    assert [(one.start_ms, one.end_ms) for one in truth.segments] == [(10_000, 12_000)]


def test_then_a_normal_video_has_no_events():
    truth = truth_of(VideoFactory(split=Split.TEST, weak_label=WeakLabel.NORMAL))
    assert truth.segments == ()
    assert truth.is_localised


def test_else_only_the_weak_label_is_known():
    truth = truth_of(VideoFactory(split=Split.TEST, weak_label=WeakLabel.ABNORMAL))
    assert not truth.is_localised


def test_a_project_without_a_test_split_has_no_truths():
    assert frozen_truths(project=ProjectFactory()) == []
