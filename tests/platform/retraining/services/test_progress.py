"""What a running run writes about itself."""

import math

import pytest

from ml.contracts import Progress, TrainingOutcome
from tests.factories import ModelVersionFactory, ProjectFactory, VideoFactory
from tests.platform.retraining.rows import run_of
from vigil.accounts.models import AuditEvent
from vigil.predictions.models import PrelabelRequest
from vigil.projects.work import WorkState, worker_name
from vigil.registry.models import ModelState
from vigil.retraining.services.progress import run_fail, run_model_record, run_progress_save, run_succeed

pytestmark = pytest.mark.django_db

GATE = {"candidate": None, "production": None, "verdict": {"better": False, "reasons": []}}


@pytest.fixture
def run():
    project = ProjectFactory()
    VideoFactory(project=project)
    return run_of(project, state=WorkState.RUNNING, claimed_by=worker_name(), attempts=1)


def outcome(**counts):
    return TrainingOutcome("/somewhere", "a" * 64, "tiny", {"phase1_loss": 0.5}, counts)


def test_progress_and_losses_are_kept(run):
    latest = Progress("phase1", 3, 60, loss=0.7, lr=0.001, eta_s=42.0)
    assert run_progress_save(run=run, latest=latest, points=[Progress("phase1", 2, 60, loss=0.9), latest])
    run.refresh_from_db()
    assert (run.phase, run.step, run.total_steps, run.eta_s) == ("phase1", 3, 60, 42.0)
    assert list(run.losses.values_list("step", "loss")) == [(2, 0.9), (3, 0.7)]


def test_steps_repeated_after_a_checkpoint_are_drawn_once(run):
    point = Progress("phase1", 2, 60, loss=0.9)
    run_progress_save(run=run, latest=point, points=[point])
    run_progress_save(run=run, latest=point, points=[point, Progress("phase1", 3, 60, loss=math.nan)])
    assert run.losses.count() == 1


@pytest.mark.parametrize("change", [{"state": WorkState.CANCELLED}, {"claimed_by": "elsewhere:1"}])
def test_a_run_that_is_no_longer_ours_says_so(run, change):
    type(run).objects.filter(pk=run.pk).update(**change)
    assert not run_progress_save(run=run, latest=Progress("phase1", 1, 60), points=[])


def test_the_candidate_is_recorded_once(run):
    made = [
        run_model_record(run=run, outcome=outcome(weak_labels=1), artefact="1/run-1", card={"seed": 0})
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert (made[0].name, made[0].state, run.counts) == ("v1", ModelState.CANDIDATE, {"weak_labels": 1})


def test_the_first_model_goes_into_production_by_itself(run):
    version = run_model_record(run=run, outcome=outcome(), artefact="1/run-1", card={})
    assert run_succeed(run=run, gate=GATE)
    version.refresh_from_db()
    run.refresh_from_db()
    assert (version.state, run.state, run.gate["promoted_as_first"]) == ("production", WorkState.SUCCEEDED, True)
    assert PrelabelRequest.objects.filter(model_version=version).count() == 1
    assert AuditEvent.objects.filter(action="model.promote_first").exists()


def test_a_later_one_stays_a_candidate(run):
    ModelVersionFactory(project=run.project, number=1)
    version = run_model_record(run=run, outcome=outcome(), artefact="1/run-2", card={})
    run_succeed(run=run, gate=GATE)
    version.refresh_from_db()
    assert (version.name, version.state) == ("v2", ModelState.CANDIDATE)


def test_a_run_cancelled_at_the_last_moment_promotes_nothing(run):
    version = run_model_record(run=run, outcome=outcome(), artefact="1/run-1", card={})
    type(run).objects.cancel(run.pk)
    assert not run_succeed(run=run, gate=GATE)
    version.refresh_from_db()
    assert version.state == ModelState.CANDIDATE


def test_a_failure_keeps_its_words(run):
    assert run_fail(run=run, error="the disk is full; free some space, then retry")
    run.refresh_from_db()
    assert (run.state, run.error) == (WorkState.FAILED, "the disk is full; free some space, then retry")
