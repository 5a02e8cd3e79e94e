"""How runs end when they cannot be trained; the good way is in tests/functional/test_train_prelabel_evaluate.py."""

import pytest

from tests.factories import ProjectFactory, VideoFactory
from tests.platform.retraining.rows import candidate_of, run_of
from vigil.gpu.claims import MAX_ATTEMPTS
from vigil.gpu.services.train import train_next, training_job
from vigil.projects.stopping import process_is_ending
from vigil.projects.work import WorkState
from vigil.registry.models import ModelVersion
from vigil.registry.selectors import artefact_path
from vigil.retraining.selectors import work_path


@pytest.mark.django_db(transaction=True)
def test_videos_that_cannot_be_read_fail_the_run_in_words():
    project = ProjectFactory()
    VideoFactory(project=project, name="gone.mp4")
    run = run_of(project)
    assert train_next() == 1
    run.refresh_from_db()
    assert run.state == WorkState.FAILED
    assert "1 of 1 training videos cannot be read" in run.error
    assert "\n" not in run.error
    assert not ModelVersion.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_run_that_kills_its_workers_is_given_up():
    run = run_of(ProjectFactory(), attempts=MAX_ATTEMPTS)
    train_next()
    run.refresh_from_db()
    assert run.state == WorkState.FAILED
    assert f"its worker died {MAX_ATTEMPTS} times" in run.error


@pytest.mark.django_db(transaction=True)
def test_a_process_that_ends_takes_no_run():
    run = run_of(ProjectFactory())
    process_is_ending.set()
    try:
        assert train_next() == 0
    finally:
        process_is_ending.clear()
    run.refresh_from_db()
    assert (run.state, run.attempts) == (WorkState.QUEUED, 0)


@pytest.mark.django_db
def test_the_job_is_the_same_each_time_the_run_is_taken_up():
    project = ProjectFactory()
    VideoFactory(project=project)
    run = run_of(project, phases=[2, 3], parent=candidate_of(project, 1), seed=5)
    job = training_job(run, "7/run-1")
    assert job == training_job(run, "7/run-1")
    assert (job.phases, job.seed, job.template) == ((2, 3), 5, "surveillance")
    assert (job.work_dir, job.parent_dir) == (str(work_path(run)), str(artefact_path(run.parent)))
