"""The gpu worker on a real broker: it takes what waits when it starts, what it is nudged to, and ends when told."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import Celery
from django.db import connection

from tests.factories import ModelVersionFactory, PredictionFactory, VideoFactory
from vigil.config.valkey import EmbeddedValkey
from vigil.predictions.models import PrelabelRequest
from vigil.predictions.services import PRELABEL_TASK
from vigil.projects.work import WorkState

PATIENCE_S = 120


@pytest.fixture
def broker_url(tmp_path) -> Iterator[str]:
    valkey = EmbeddedValkey(tmp_path)
    process = subprocess.Popen(valkey.command(), stdout=subprocess.DEVNULL)
    try:
        valkey.wait_until_ready(process)
        yield valkey.url
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def waited(transactional_db) -> PrelabelRequest:
    return waiting_request()


@pytest.fixture
def worker(waited, broker_url, tmp_path) -> Iterator["subprocess.Popen[bytes]"]:
    parts = urlsplit(os.environ["DATABASE_URL"])
    url = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    words = ["-m", "celery", "-A", "vigil.config.celery", "worker", "-P", "threads", "-c", "1", "-Q", "gpu"]
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *words, "-I", "vigil.gpu.tasks", "--without-gossip", "--without-mingle"],
            env={**os.environ, "DATABASE_URL": url, "BROKER_URL": broker_url},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def waiting_request() -> PrelabelRequest:
    """A request that needs no weights: its prediction is there already."""
    version = ModelVersionFactory()
    video = VideoFactory(project=version.project)
    PredictionFactory(video=video, model_version=version)
    row: PrelabelRequest = PrelabelRequest.objects.create(video=video, model_version=version)
    return row


def wait_until_served(row: PrelabelRequest, worker: "subprocess.Popen[bytes]", log: Path) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while PrelabelRequest.objects.get(pk=row.pk).state != WorkState.SUCCEEDED:
        assert worker.poll() is None, log.read_text()
        assert time.monotonic() < until_s, log.read_text()
        time.sleep(0.1)


@pytest.mark.slow
def test_a_worker_serves_what_waits_and_what_it_is_nudged_to(waited, worker, broker_url, tmp_path):
    log = tmp_path / "worker.log"
    wait_until_served(waited, worker, log)

    nudged = waiting_request()
    with Celery(broker=broker_url) as app:
        app.send_task(PRELABEL_TASK, queue="gpu")
    wait_until_served(nudged, worker, log)

    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=PATIENCE_S) == 0, log.read_text()
