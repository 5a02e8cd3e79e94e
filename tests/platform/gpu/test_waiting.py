"""`--wait` without a worker does the work here; with one it only looks."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories import ModelVersionFactory, VideoFactory
from vigil.gpu.waiting import wait_until_done
from vigil.predictions.models import PrelabelRequest
from vigil.projects.work import WorkState, worker_name


@pytest.fixture
def row():
    version = ModelVersionFactory()
    return PrelabelRequest.objects.create(video=VideoFactory(project=version.project), model_version=version)


@pytest.mark.django_db(transaction=True)
def test_without_a_worker_the_work_is_done_here(row):
    rows = PrelabelRequest.objects.filter(pk=row.pk)

    def work():
        claimed = rows.all().claim_next()
        PrelabelRequest.objects.finish(claimed.pk, WorkState.SUCCEEDED)

    looks = []
    wait_until_done(rows, work=work, on_look=lambda: looks.append(1))
    row.refresh_from_db()
    assert row.state == WorkState.SUCCEEDED
    assert looks == [1]


@pytest.mark.django_db(transaction=True)
def test_while_a_worker_is_at_it_this_process_only_looks(row):
    PrelabelRequest.objects.update(state=WorkState.RUNNING, claimed_by=worker_name(), heartbeat_at=timezone.now())
    done = threading.Event()

    def finish():
        PrelabelRequest.objects.finish(row.pk, WorkState.SUCCEEDED)
        connection.close()

    def look():
        if not done.is_set():
            done.set()
            worker = threading.Thread(target=finish)
            worker.start()
            worker.join()

    def work():
        raise AssertionError("the worker does it")

    wait_until_done(PrelabelRequest.objects.all(), work=work, on_look=look)
    assert done.is_set()


@pytest.mark.django_db(transaction=True)
def test_finished_rows_need_no_waiting(row):
    PrelabelRequest.objects.update(state=WorkState.FAILED, heartbeat_at=timezone.now() - timedelta(hours=1))
    wait_until_done(PrelabelRequest.objects.all(), work=pytest.fail, on_look=pytest.fail)
