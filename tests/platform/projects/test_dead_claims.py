"""Rows of workers that are gone are queued again; those of the living are not."""

import os
import socket
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import ModelVersionFactory, VideoFactory
from vigil.predictions.models import PrelabelRequest
from vigil.projects.dead_claims import dead_claims, free_dead_claims
from vigil.projects.work import WorkState

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_row():
    version = ModelVersionFactory()
    return PrelabelRequest.objects.create(video=VideoFactory(project=version.project), model_version=version)


@pytest.fixture
def dead_pid():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


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


def test_the_row_of_a_dead_worker_of_this_machine_is_freed(request_row, dead_pid):
    running(request_row, claimed_by=f"{socket.gethostname()}:{dead_pid}", beat_s_ago=10)
    assert free_dead_claims(PrelabelRequest.objects.all()) == 1
    assert state_of(request_row) == WorkState.QUEUED


@pytest.mark.parametrize("beat_s_ago", [0, 10])
def test_living_workers_and_fresh_beats_keep_their_rows(request_row, dead_pid, beat_s_ago):
    pid = dead_pid if beat_s_ago == 0 else os.getpid()
    running(request_row, claimed_by=f"{socket.gethostname()}:{pid}", beat_s_ago=beat_s_ago)
    assert free_dead_claims(PrelabelRequest.objects.all()) == 0
    assert state_of(request_row) == WorkState.RUNNING


def test_another_machine_is_left_alone(request_row, dead_pid):
    running(request_row, claimed_by=f"elsewhere:{dead_pid}", beat_s_ago=10)
    assert free_dead_claims(PrelabelRequest.objects.all()) == 0


def test_a_dead_worker_whose_last_beat_is_fresh_is_known_before_its_row_is_freed(request_row, dead_pid):
    running(request_row, claimed_by=f"{socket.gethostname()}:{dead_pid}", beat_s_ago=0)
    assert dead_claims(PrelabelRequest.objects.all()) == [request_row]
    assert free_dead_claims(PrelabelRequest.objects.all()) == 0
