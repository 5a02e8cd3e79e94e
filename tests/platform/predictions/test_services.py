"""Asking for predictions and storing them once."""

from dataclasses import replace

import pytest

from ml.contracts import Judgement, PredictedSegment, ScoreTrack, VideoPrediction
from tests.factories import ModelVersionFactory, PredictionFactory, ProjectFactory, VideoFactory
from vigil.predictions.models import Prediction, PrelabelRequest
from vigil.predictions.selectors import as_contract, prediction_of, prelabel_progress
from vigil.predictions.services import missing_prelabels_request, prediction_store, prelabels_request
from vigil.predictions.tasks import prelabel_missing
from vigil.projects.errors import Conflict, Invalid
from vigil.projects.work import WorkState
from vigil.registry.models import ModelState

pytestmark = pytest.mark.django_db


def made_of(video):
    judgement = Judgement(True, "Yes, from 2.0 to 4.0 seconds.", 2000, 4000, 0.8)
    scores = ScoreTrack((0, 2000), (2000, 4000), (0.1, 0.9), (0.2, 0.8), (0.3, 0.7), (0.15, 0.85))
    segment = PredictedSegment(2000, 4000, "Fighting", 0.85, "Two men fight.", judgement)
    return VideoPrediction(video.sha256, scores, (segment,), judgement, {"total": 1.5})


def test_every_ready_video_without_a_prediction_is_asked_for():
    version = ModelVersionFactory()
    ready, predicted = VideoFactory(project=version.project), VideoFactory(project=version.project)
    VideoFactory(project=version.project, state=WorkState.FAILED)
    VideoFactory(project=version.project, state=WorkState.QUEUED)
    VideoFactory()
    PredictionFactory(video=predicted, model_version=version)
    assert prelabels_request(project=version.project, model_version=version) == 1
    assert prelabels_request(project=version.project, model_version=version) == 1
    assert [one.video for one in PrelabelRequest.objects.all()] == [ready]


def test_a_failed_request_is_asked_again_and_a_running_one_left_alone():
    version = ModelVersionFactory()
    videos = [VideoFactory(project=version.project) for _ in range(2)]
    states = [WorkState.FAILED, WorkState.RUNNING]
    for video, state in zip(videos, states, strict=True):
        PrelabelRequest.objects.create(video=video, model_version=version, state=state, error="was broken", attempts=3)
    assert prelabels_request(project=version.project, model_version=version) == 2
    again = PrelabelRequest.objects.get(video=videos[0])
    assert (again.state, again.error, again.attempts) == (WorkState.QUEUED, "", 0)
    assert PrelabelRequest.objects.get(video=videos[1]).state == WorkState.RUNNING


def test_only_the_named_videos_are_asked_for():
    version = ModelVersionFactory()
    wanted, _other = (VideoFactory(project=version.project) for _ in range(2))
    prelabels_request(project=version.project, model_version=version, videos=[wanted])
    assert [one.video for one in PrelabelRequest.objects.all()] == [wanted]


def test_a_model_of_another_project_is_refused():
    with pytest.raises(Invalid, match="belongs to another project"):
        prelabels_request(project=ProjectFactory(), model_version=ModelVersionFactory())


def test_the_nudge_goes_to_the_gpu_queue_once_the_rows_are_committed(monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr("vigil.config.nudges._send", lambda name, args: sent.append((name, args)))
    version = ModelVersionFactory()
    VideoFactory(project=version.project)
    with django_capture_on_commit_callbacks(execute=True):
        prelabels_request(project=version.project, model_version=version)
        assert sent == []
    assert sent == [("vigil.gpu.tasks.prelabel_next", ())]


def test_missing_prelabels_need_a_model_in_production():
    version = ModelVersionFactory(state=ModelState.CANDIDATE, promoted_at=None)
    VideoFactory(project=version.project)
    assert missing_prelabels_request(project=version.project) == 0
    prelabel_missing(version.project.pk)
    assert not PrelabelRequest.objects.exists()


def test_the_task_asks_for_productions_missing_prelabels():
    version = ModelVersionFactory()
    VideoFactory(project=version.project)
    prelabel_missing(version.project.pk)
    prelabel_missing(version.project.pk)
    prelabel_missing(10**9)
    assert prelabel_progress(model_version=version) == {"total": 1, "done": 0, "failed": 0, "waiting": 1}


def test_a_stored_prediction_comes_back_as_it_was_made():
    version = ModelVersionFactory()
    video = VideoFactory(project=version.project)
    made = made_of(video)
    prediction_store(video=video, model_version=version, prediction=made)
    stored = prediction_of(video=video)
    assert stored is not None
    assert as_contract(stored) == made


def test_segments_are_cut_at_the_videos_ends_and_what_lies_outside_is_dropped():
    version = ModelVersionFactory()
    video = VideoFactory(project=version.project, duration_ms=3_500)
    places = [(-200, 900), (2_000, 4_000), (3_500, 4_000), (-300, 0)]
    segments = tuple(PredictedSegment(start_ms, end_ms, "Fighting", 0.8, "") for start_ms, end_ms in places)
    prediction_store(video=video, model_version=version, prediction=replace(made_of(video), segments=segments))
    kept = Prediction.objects.get().segments.values_list("start_ms", "end_ms")
    assert list(kept) == [(0, 900), (2_000, 3_500)]


def test_the_second_writer_gets_the_first_ones_row():
    version = ModelVersionFactory()
    video = VideoFactory(project=version.project)
    first = prediction_store(video=video, model_version=version, prediction=made_of(video))
    second = prediction_store(video=video, model_version=version, prediction=made_of(video))
    assert first == second
    assert Prediction.objects.get().segments.count() == 1


def test_a_prediction_of_another_file_is_refused():
    version = ModelVersionFactory()
    video, other = VideoFactory(project=version.project), VideoFactory(project=version.project)
    with pytest.raises(Conflict, match=other.sha256[:12]):
        prediction_store(video=video, model_version=version, prediction=made_of(other))


def test_without_production_there_is_no_prediction_to_show():
    assert prediction_of(video=VideoFactory()) is None
