"""A training that is killed in the middle goes on from its checkpoint; one that is called off stops and keeps it."""

import io
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from tests.functional.quick_training import write_footage, write_quick_profile
from vigil.projects.models import Project
from vigil.projects.work import WorkState
from vigil.registry.models import ModelState, ModelVersion
from vigil.retraining.models import TrainingRun
from vigil.retraining.selectors import work_path
from vigil.retraining.services.requests import run_cancel, run_request, run_retry

TRAIN_IN_A_PROCESS = """
import pathlib, sys
import django
django.setup()
import ml.profiles.loading, vigil.projects.profiles
ml.profiles.loading.PROFILES_DIR = vigil.projects.profiles.PROFILES_DIR = pathlib.Path(sys.argv[1])
from django.core.management import call_command
call_command("train", "--project", "Yard", "--profile", "quick", "--wait")
"""
PATIENCE_S = 240


@pytest.fixture
def profiles(tmp_path, monkeypatch):
    folder = tmp_path / "profiles"
    write_quick_profile(folder)
    monkeypatch.setattr("ml.profiles.loading.PROFILES_DIR", folder)
    monkeypatch.setattr("vigil.projects.profiles.PROFILES_DIR", folder)
    return folder


@pytest.fixture
def project(tmp_path):
    write_footage(tmp_path / "clips", train=2, test=0)
    call_command("import_videos", "--project", "Yard", str(tmp_path / "clips"), stdout=io.StringIO())
    return Project.objects.get(name="Yard")


def training_process(profiles: Path) -> "subprocess.Popen[bytes]":
    """`manage.py train --wait` as a process of its own, on the test's database."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    url = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    return subprocess.Popen(
        [sys.executable, "-c", TRAIN_IN_A_PROCESS, str(profiles)],
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for(is_so, process) -> None:
    """Waits until the condition holds, and fails when the process ends or the patience does."""
    until_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert process.poll() is None, "the training ended before it could be interrupted"
        assert time.monotonic() < until_s, "the condition never came about"
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_training_is_taken_up_at_its_checkpoint(profiles, project):
    process = training_process(profiles)
    try:
        wait_for(lambda: TrainingRun.objects.filter(phase="phase3", step__gte=8).exists(), process)
    finally:
        process.kill()
        process.wait()
    run = TrainingRun.objects.get()
    assert run.state == WorkState.RUNNING
    assert any(work_path(run).rglob("*.safetensors"))
    # As if ten seconds had passed since its last heartbeat.
    TrainingRun.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=10))

    out = io.StringIO()
    call_command("train", "--project", "Yard", "--profile", "quick", "--wait", stdout=out)
    assert f"training run {run.pk} of before is running; going on with it" in out.getvalue()
    assert "phase1:" not in out.getvalue(), "phases 1 and 2 are done and not repeated"
    run.refresh_from_db()
    assert (run.state, run.attempts) == (WorkState.SUCCEEDED, 2)
    steps = list(run.losses.filter(phase="phase3").values_list("step", flat=True))
    assert steps == sorted(set(steps)), "a repeated step is drawn once"
    assert ModelVersion.objects.get().state == ModelState.PRODUCTION


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_cancelled_training_stops_and_can_be_retried(profiles, project):
    run = run_request(user=None, project=project, profile="quick")
    process = training_process(profiles)
    try:
        wait_for(lambda: TrainingRun.objects.filter(phase="phase1").exists(), process)
        run_cancel(user=None, run=run)
        assert process.wait(timeout=PATIENCE_S) == 1
    finally:
        process.kill()
        process.wait()
    run.refresh_from_db()
    assert run.state == WorkState.CANCELLED
    assert not ModelVersion.objects.exists()

    retried = run_retry(user=None, run=run)
    assert (retried.state, retried.error, retried.attempts) == (WorkState.QUEUED, "", 0)
    assert work_path(run).is_dir(), "the checkpoints are kept for it"
