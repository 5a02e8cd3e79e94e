"""Progress reaches the row often enough and not too often."""

import pytest

from ml.contracts import Progress
from tests.factories import ProjectFactory
from tests.platform.retraining.rows import run_of
from vigil.gpu.progress import RunProgress
from vigil.projects.work import WorkState, worker_name

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    return run_of(ProjectFactory(), state=WorkState.RUNNING, claimed_by=worker_name())


def test_the_first_step_of_a_phase_is_written_at_once_and_the_rest_together(run, django_assert_num_queries):
    progress = RunProgress(run)
    progress(Progress("phase1", 1, 100, loss=1.0))
    with django_assert_num_queries(0):
        for step in range(2, 6):
            progress(Progress("phase1", step, 100, loss=1.0 / step))
    progress.flush()
    run.refresh_from_db()
    assert (run.phase, run.step) == ("phase1", 5)
    assert run.losses.count() == 5


def test_every_step_reaches_the_listener(run):
    heard = []
    progress = RunProgress(run, heard.append)
    steps = [Progress("features", step, 3) for step in (1, 2, 3)]
    for step in steps:
        progress(step)
    assert heard == steps


def test_a_cancelled_run_is_noticed_at_the_next_write(run):
    progress = RunProgress(run)
    progress(Progress("phase1", 1, 100))
    assert progress.is_ours
    type(run).objects.cancel(run.pk)
    progress(Progress("phase2", 1, 100))
    assert not progress.is_ours
