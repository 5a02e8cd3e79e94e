"""The training page as a manager sees it, and who may not."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from tests.factories import MembershipFactory, ModelVersionFactory, ProjectFactory, SegmentFactory, VideoFactory
from tests.platform.retraining.rows import candidate_of, run_of
from vigil.accounts.models import Role
from vigil.predictions.models import PrelabelRequest
from vigil.projects.work import WorkState, worker_name
from vigil.registry.models import ModelState
from vigil.retraining.models import LossPoint, TrainingRun

pytestmark = pytest.mark.django_db

FIGURES = {
    "videos": 8, "auc_o": 0.8, "auc_a": 0.75, "video_auc": 0.9, "ap": 0.5,
    "event_f1": {"0.3": 0.5, "0.5": 0.4, "0.7": None}, "boundary_error_s": 1.5, "judgement_accuracy": 0.875,
}  # fmt: skip


@pytest.fixture
def project():
    made = ProjectFactory()
    VideoFactory(project=made)
    return made


@pytest.fixture
def manager(client, project):
    user = MembershipFactory(project=project, role=Role.MANAGER).user
    client.force_login(user)
    return client


def page_of(client, project):
    response = client.get(f"/projects/{project.slug}/training/")
    assert response.status_code == 200
    return response.content.decode()


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_an_empty_project_says_what_to_do_and_does_not_poll(manager, project):
    html = page_of(manager, project)
    assert "No run yet" in html
    assert "hx-trigger" not in html


def test_the_form_shows_what_the_snapshot_will_hold(manager, project):
    SegmentFactory(annotation__video=project.videos.get(), explanation="They fight.", draft_explanation="People.")
    counts = dict(manager.get(f"/projects/{project.slug}/training/").context["counts"])
    assert (counts["videos"], counts["segments"], counts["of them corrected by a person"]) == (1, 1, 1)


def test_an_active_run_is_shown_live(manager, project):
    run = run_of(project, state=WorkState.RUNNING, phase="phase2", step=3, total_steps=30, eta_s=125)
    LossPoint.objects.create(run=run, phase="phase1", step=1, loss=0.9)
    html = page_of(manager, project)
    assert 'hx-trigger="every 1s"' in html
    assert "Phase 2: long context: 3 of 30" in html
    assert "2 min left" in html
    assert 'data-testid="loss-curves"' in html
    assert f"Run {run.pk} is active" in html


def test_a_run_whose_worker_is_gone_says_so(manager, project):
    run_of(project, state=WorkState.RUNNING, heartbeat_at=timezone.now() - timedelta(minutes=1))
    assert "gives no sign of life" in page_of(manager, project)


def test_the_live_part_reloads_the_page_when_the_run_has_ended(manager, project):
    run = run_of(project, state=WorkState.RUNNING, claimed_by=worker_name())
    live = f"/projects/{project.slug}/training/live/"
    assert "HX-Refresh" not in manager.get(live)
    TrainingRun.objects.finish(run.pk, WorkState.SUCCEEDED)
    assert manager.get(live)["HX-Refresh"] == "true"


def test_pre_labels_under_way_are_shown_live(manager, project):
    version = ModelVersionFactory(project=project)
    PrelabelRequest.objects.create(video=project.videos.get(), model_version=version)
    html = page_of(manager, project)
    assert f"{version.name} pre-labels the videos" in html
    assert 'hx-trigger="every 1s"' in html


def test_videos_that_could_not_be_pre_labelled_are_named_with_the_reason(manager, project):
    version, video = ModelVersionFactory(project=project), project.videos.get()
    PrelabelRequest.objects.create(
        video=video, model_version=version, state=WorkState.FAILED, error="it cannot be decoded"
    )
    html = page_of(manager, project)
    assert f"{video.name}: it cannot be decoded" in html
    assert "hx-trigger" not in html


def test_a_failed_run_says_why_and_offers_a_retry(manager, project):
    run = run_of(project, state=WorkState.FAILED, error="the disk is full; free some space, then retry")
    html = page_of(manager, project)
    assert "the disk is full; free some space, then retry" in html
    response = manager.post(f"/training-runs/{run.pk}/retry/")
    assert response.status_code == 302
    run.refresh_from_db()
    assert run.state == WorkState.QUEUED


def test_the_gate_compares_candidate_and_production(manager, project):
    gate = {
        "candidate": {**FIGURES, "model": "v2"},
        "production": {**FIGURES, "model": "v1", "auc_a": 0.7},
        "failed": [{"model": "candidate", "video": "dark.mp4", "error": "it cannot be decoded"}],
        "verdict": {"better": True, "reasons": ["It is better."]},
    }
    run_of(project, state=WorkState.SUCCEEDED, gate=gate)
    html = page_of(manager, project)
    assert "promotion advised" in html
    assert "+0.050 better" in html
    assert "dark.mp4 is not in the figures of the candidate" in html
    assert "none" in html.split('data-testid="gate-table"')[1].split("Event F1 at tIoU 0.7")[1].split("</tr>")[0]


def test_starting_a_run(manager, project):
    response = manager.post(f"/projects/{project.slug}/training/start/", {"phases": ["1", "2"], "profile": "tiny"})
    run = TrainingRun.objects.get()
    assert response.url == f"/projects/{project.slug}/training/"
    assert (run.phases, run.requested_by.memberships.get().role) == ([1, 2], Role.MANAGER)
    assert said(response) == [f"Training run {run.pk} waits for a worker."]


def test_a_run_that_cannot_start_says_why(manager, project):
    response = manager.post(f"/projects/{project.slug}/training/start/", {"phases": [], "profile": "tiny"})
    assert "name each of 1, 2 and 3" in said(response)[0]
    assert not TrainingRun.objects.exists()


def test_cancelling_a_run(manager, project):
    run = run_of(project)
    manager.post(f"/training-runs/{run.pk}/cancel/")
    run.refresh_from_db()
    assert run.state == WorkState.CANCELLED


def test_promoting_and_rolling_back(manager, project):
    first = ModelVersionFactory(project=project, number=1)
    second = candidate_of(project, 2, metrics={**FIGURES, "model": "v2"}, card={"phases": [1, 2, 3]})
    html = page_of(manager, project)
    assert 'data-testid="promote-confirm-v2"' in html
    assert 'data-testid="rollback"' not in html
    manager.post(f"/projects/{project.slug}/training/models/v2/promote/")
    second.refresh_from_db()
    assert second.state == ModelState.PRODUCTION
    assert 'data-testid="rollback"' in page_of(manager, project)
    manager.post(f"/projects/{project.slug}/training/rollback/")
    first.refresh_from_db()
    assert first.state == ModelState.PRODUCTION


def test_an_unknown_model_is_named(manager, project):
    response = manager.post(f"/projects/{project.slug}/training/models/v9/promote/")
    assert "no model 'v9'" in said(response)[0]


def test_the_page_takes_the_same_few_queries_however_many_runs_there_are(
    manager, project, django_assert_max_num_queries
):
    for number in range(1, 9):
        run_of(project, state=WorkState.FAILED, error="broken", model_version=candidate_of(project, number))
    page_of(manager, project)
    with django_assert_max_num_queries(22):
        page_of(manager, project)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ANNOTATOR, Role.VIEWER])
def test_lower_roles_are_refused(client, project, role):
    client.force_login(MembershipFactory(project=project, role=role).user)
    assert client.get(f"/projects/{project.slug}/training/").status_code == 403
    assert client.post(f"/projects/{project.slug}/training/start/", {"phases": ["1"]}).status_code == 403
    assert not TrainingRun.objects.exists()


def test_a_stranger_gets_404_and_nobody_a_login(client, project):
    assert client.get(f"/projects/{project.slug}/training/").status_code == 302
    client.force_login(MembershipFactory(role=Role.OWNER).user)
    assert client.get(f"/projects/{project.slug}/training/").status_code == 404
