"""Figures of a version on a split, from stored predictions."""

import pytest

from ml.contracts import TruthSegment, VideoTruth
from tests.factories import ModelVersionFactory, PredictionFactory, ProjectFactory, VideoFactory
from vigil.annotations.services import frozen_truth_set
from vigil.gpu.services.evaluate import evaluate_model
from vigil.projects.errors import Invalid
from vigil.videos.models import Split, WeakLabel
from vigil.videos.selectors import video_ref

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    """Its predictions call 10-12 s of every video abnormal: right in the first, wrong in the normal second."""
    project = ProjectFactory()
    made = ModelVersionFactory(project=project, number=1, artefact="gone/run-1")
    for name, label in (("fight.mp4", WeakLabel.ABNORMAL), ("quiet.mp4", WeakLabel.NORMAL)):
        video = VideoFactory(project=project, name=name, weak_label=label, split=Split.TEST)
        PredictionFactory(video=video, model_version=made)
    return made


def test_the_frozen_truth_gives_the_figures_and_they_are_kept(version):
    fight = version.project.videos.get(name="fight.mp4")
    frozen_truth_set(video=fight, segments=[TruthSegment(10_000, 12_000, "Fighting")])
    metrics, failed = evaluate_model(project=version.project, model=version)
    assert failed == []
    assert (metrics["model"], metrics["videos"], metrics["auc_a"]) == ("v1", 2, 1.0)
    version.refresh_from_db()
    assert version.metrics == metrics


def test_without_localised_truth_only_the_video_figures_are_there(version):
    metrics, _ = evaluate_model(project=version.project, model=version)
    assert metrics["auc_a"] is None
    assert metrics["video_auc"] == 0.5, "both videos have the same highest score"


def test_a_given_truth_is_used_and_its_figures_are_not_kept(version):
    fight = version.project.videos.get(name="fight.mp4")
    truths = [VideoTruth(video_ref(fight), (TruthSegment(10_000, 12_000, "Fighting"),))]
    metrics, _ = evaluate_model(project=version.project, model=version, truths=truths)
    assert (metrics["videos"], metrics["auc_a"]) == (1, 1.0)
    version.refresh_from_db()
    assert version.metrics == {}


def test_a_video_that_fails_is_named_and_left_out(version):
    broken = VideoFactory(project=version.project, split=Split.TEST, weak_label=WeakLabel.NORMAL)
    metrics, failed = evaluate_model(project=version.project, model=version)
    assert metrics["videos"] == 2
    assert [video for video, _ in failed] == [broken]


def test_when_every_video_fails_the_reason_is_told(version):
    video = VideoFactory(project=version.project, split=Split.VAL, name="lost.mp4")
    with pytest.raises(Invalid, match="none of 1 videos could be predicted; lost.mp4"):
        evaluate_model(project=version.project, model=version, split=Split.VAL)
    assert video.predictions.count() == 0


def test_an_empty_split_says_what_to_do(version):
    with pytest.raises(Invalid, match="no ready video in the split 'val'"):
        evaluate_model(project=version.project, model=version, split=Split.VAL)
