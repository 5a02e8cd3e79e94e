"""Asking for runs, cancelling and retrying them."""

import pytest

from tests.factories import MembershipFactory, ModelVersionFactory, ProjectFactory, UserFactory, VideoFactory
from tests.platform.retraining.rows import candidate_of, run_of
from vigil.accounts.models import AuditEvent, Role
from vigil.projects.errors import Conflict, Invalid, Missing, NotAllowed
from vigil.projects.work import WorkState
from vigil.retraining.services.requests import checked_phases, run_cancel, run_request, run_retry

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    made = ProjectFactory()
    VideoFactory(project=made)
    return made


def member(project, role):
    return MembershipFactory(project=project, role=role).user


def test_a_manager_gets_a_queued_run_on_a_snapshot(project):
    user = member(project, Role.MANAGER)
    run = run_request(user=user, project=project)
    assert (run.state, run.phases, run.profile, run.parent) == (WorkState.QUEUED, [1, 2, 3], "tiny", None)
    assert run.snapshot.counts["videos"] == 1
    assert AuditEvent.objects.get(action="training.request").actor == user


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ANNOTATOR, Role.VIEWER])
def test_lower_roles_are_refused(project, role):
    user, run = member(project, role), run_of(project)
    for act in (
        lambda: run_request(user=user, project=project),
        lambda: run_cancel(user=user, run=run),
        lambda: run_retry(user=user, run=run),
    ):
        with pytest.raises(NotAllowed, match="needs manager"):
            act()
    run.refresh_from_db()
    assert run.state == WorkState.QUEUED


def test_a_stranger_learns_nothing(project):
    with pytest.raises(Missing):
        run_request(user=UserFactory(), project=project)


def test_one_run_at_a_time(project):
    first = run_request(user=None, project=project)
    with pytest.raises(Conflict, match=f"training run {first.pk} .* is queued"):
        run_request(user=None, project=project)


def test_a_run_without_phase_1_builds_on_production(project):
    candidate_of(project, 2)
    production = ModelVersionFactory(project=project, number=1)
    assert run_request(user=None, project=project, phases=[2, 3]).parent == production


def test_or_else_on_the_newest_candidate(project):
    candidate_of(project, 1)
    newest = candidate_of(project, 2)
    assert run_request(user=None, project=project, phases=[3]).parent == newest


def test_and_never_on_a_model_of_another_profile(project):
    candidate_of(project, 1, profile="vad_llama_7b")
    with pytest.raises(Invalid, match="v1, which has profile 'vad_llama_7b', not 'tiny'"):
        run_request(user=None, project=project, phases=[3])


@pytest.mark.parametrize("phases", [[], [0], [1, 1], [1, 4], [-1]])
def test_phases_that_there_are_not_are_refused(phases):
    with pytest.raises(Invalid, match="cannot be trained"):
        checked_phases(phases)


def test_phases_are_put_in_order():
    assert checked_phases([3, 1, 2]) == (1, 2, 3)


def test_cancelling_frees_the_project_and_retrying_takes_it_again(project):
    run = run_request(user=None, project=project)
    assert run_cancel(user=None, run=run).state == WorkState.CANCELLED
    with pytest.raises(Conflict, match="already ended"):
        run_cancel(user=None, run=run)
    assert run_retry(user=None, run=run).state == WorkState.QUEUED


def test_a_failed_run_is_retried_with_a_clean_slate(project):
    run = run_of(project, state=WorkState.FAILED, error="the disk is full", attempts=4)
    retried = run_retry(user=None, run=run)
    assert (retried.state, retried.error, retried.attempts) == (WorkState.QUEUED, "", 0)


def test_a_succeeded_run_is_not_retried(project):
    with pytest.raises(Conflict, match="succeeded; start a new one"):
        run_retry(user=None, run=run_of(project, state=WorkState.SUCCEEDED))


def test_a_retry_waits_for_the_active_run(project):
    failed, active = run_of(project, state=WorkState.FAILED), run_of(project)
    with pytest.raises(Conflict, match=f"training run {active.pk} is queued"):
        run_retry(user=None, run=failed)


def test_a_profile_without_its_weights_is_refused_at_once_with_the_folder(project):
    with pytest.raises(Invalid, match=r"profile 'vad_llama_7b' needs pretrained weights in .*weights/vad_llama_7b"):
        run_request(user=None, project=project, profile="vad_llama_7b")
