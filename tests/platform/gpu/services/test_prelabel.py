"""Serving pre-label requests: failures stay with their request, and the queue is filled when all are done."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import ModelVersionFactory, PredictionFactory, VideoFactory
from vigil.active_learning.models import Round
from vigil.gpu.claims import MAX_ATTEMPTS
from vigil.gpu.services.prelabel import due_queues_fill, predictions_make, prelabel_next
from vigil.gpu.stopping import Stopped
from vigil.predictions.models import PrelabelRequest
from vigil.predictions.services import prelabels_request
from vigil.projects.stopping import process_is_ending
from vigil.projects.work import WorkState
from vigil.registry.models import ModelState


def asked(version, *, videos=1, **fields):
    made = [VideoFactory(project=version.project) for _ in range(videos)]
    return [PrelabelRequest.objects.create(video=one, model_version=version, **fields) for one in made]


@pytest.mark.django_db(transaction=True)
def test_a_model_whose_files_are_gone_fails_each_request_in_words():
    version = ModelVersionFactory(artefact="gone/run-1")
    asked(version, videos=2)
    assert prelabel_next() == 2
    rows = PrelabelRequest.objects.all()
    assert {row.state for row in rows} == {WorkState.FAILED}
    assert all("run-1" in row.error and "\n" not in row.error for row in rows)


@pytest.mark.django_db(transaction=True)
def test_what_is_predicted_already_is_done_without_loading_the_model():
    version = ModelVersionFactory(artefact="gone/run-1")
    (row,) = asked(version)
    PredictionFactory(video=row.video, model_version=version)
    prelabel_next()
    row.refresh_from_db()
    assert row.state == WorkState.SUCCEEDED
    assert Round.objects.get().model_version == version


@pytest.mark.django_db(transaction=True)
def test_only_the_given_requests_are_served():
    version = ModelVersionFactory(artefact="gone/run-1")
    first, second = asked(version, videos=2)
    assert prelabel_next(requests=PrelabelRequest.objects.filter(pk=second.pk)) == 1
    first.refresh_from_db()
    assert first.state == WorkState.QUEUED


@pytest.mark.django_db(transaction=True)
def test_a_request_that_kills_its_workers_is_given_up():
    version = ModelVersionFactory(artefact="gone/run-1")
    (row,) = asked(version, attempts=MAX_ATTEMPTS)
    prelabel_next()
    row.refresh_from_db()
    assert row.state == WorkState.FAILED
    assert f"its worker died {MAX_ATTEMPTS} times" in row.error


@pytest.mark.django_db(transaction=True)
def test_a_process_that_ends_takes_nothing_more():
    (row,) = asked(ModelVersionFactory())
    process_is_ending.set()
    try:
        assert prelabel_next() == 0
    finally:
        process_is_ending.clear()
    row.refresh_from_db()
    assert row.state == WorkState.QUEUED


@pytest.mark.django_db
def test_videos_that_fail_are_named_and_the_others_predicted():
    version = ModelVersionFactory(artefact="gone/run-1")
    good, broken = VideoFactory(project=version.project), VideoFactory(project=version.project)
    stored = PredictionFactory(video=good, model_version=version)
    steps = []
    made, failed = predictions_make(
        version=version, videos=[good, broken], should_stop=lambda: False, on_video=lambda *at: steps.append(at)
    )
    assert made == [stored]
    assert [(video, "run-1" in error) for video, error in failed] == [(broken, True)]
    assert steps == [(1, 2), (2, 2)]


@pytest.mark.django_db
def test_it_stops_between_two_videos():
    version = ModelVersionFactory()
    with pytest.raises(Stopped):
        predictions_make(version=version, videos=[VideoFactory()], should_stop=lambda: True)


@pytest.mark.django_db
def test_the_queue_is_filled_once_and_again_after_new_pre_labels():
    version = ModelVersionFactory()
    done = asked(version, state=WorkState.SUCCEEDED, finished_at=timezone.now())
    PredictionFactory(video=done[0].video, model_version=version)
    assert [due_queues_fill() for _ in range(2)] == [1, 0]
    asked(version, state=WorkState.SUCCEEDED, finished_at=timezone.now() + timedelta(seconds=1))
    assert due_queues_fill() == 1


@pytest.mark.django_db
def test_the_queue_waits_for_the_last_request():
    version = ModelVersionFactory()
    asked(version, state=WorkState.SUCCEEDED, finished_at=timezone.now())
    VideoFactory(project=version.project)
    prelabels_request(project=version.project, model_version=version)
    assert due_queues_fill() == 0


@pytest.mark.django_db
def test_a_candidates_pre_labels_fill_no_queue():
    version = ModelVersionFactory(state=ModelState.CANDIDATE, promoted_at=None)
    asked(version, state=WorkState.SUCCEEDED, finished_at=timezone.now())
    assert due_queues_fill() == 0
