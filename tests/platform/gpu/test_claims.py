"""Giving claimed rows back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import ModelVersionFactory, VideoFactory
from vigil.gpu.claims import MAX_ATTEMPTS, killed_too_often, release
from vigil.predictions.models import PrelabelRequest
from vigil.projects.work import WorkState

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_row():
    version = ModelVersionFactory()
    return PrelabelRequest.objects.create(video=VideoFactory(project=version.project), model_version=version)


def running(row, *, claimed_by, beat_s_ago):
    PrelabelRequest.objects.filter(pk=row.pk).update(
        state=WorkState.RUNNING,
        claimed_by=claimed_by,
        heartbeat_at=timezone.now() - timedelta(seconds=beat_s_ago),
        attempts=1,
    )


def state_of(row):
    row.refresh_from_db()
    return row.state


def test_a_released_row_waits_as_if_it_had_not_been_tried(request_row):
    PrelabelRequest.objects.claim_next()
    assert release(PrelabelRequest, request_row.pk)
    assert (state_of(request_row), request_row.attempts) == (WorkState.QUEUED, 0)


def test_a_row_of_somebody_else_is_not_released(request_row):
    running(request_row, claimed_by="elsewhere:1", beat_s_ago=0)
    assert not release(PrelabelRequest, request_row.pk)
    assert state_of(request_row) == WorkState.RUNNING


def test_a_row_that_kills_its_workers_says_how_often(request_row):
    request_row.attempts = MAX_ATTEMPTS + 1
    assert f"died {MAX_ATTEMPTS} times" in str(killed_too_often(request_row))
