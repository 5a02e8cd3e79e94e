"""Retry from the workbench."""

import pytest
from django.test import Client

from tests.factories import MembershipFactory, VideoFactory
from vigil.accounts.models import Role
from vigil.projects.work import WorkState
from vigil.videos.models import Video

pytestmark = pytest.mark.django_db


def asked(client: Client, video: Video, role: Role) -> int:
    client.force_login(MembershipFactory(project=video.project, role=role).user)
    return client.post(f"/api/videos/{video.pk}/retry", {}, content_type="application/json").status_code


def test_a_manager_queues_a_video_in_quarantine_again(client: Client) -> None:
    video = VideoFactory(state=WorkState.FAILED, error="the disk was full", progress=0.7)

    assert asked(client, video, Role.MANAGER) == 200
    video.refresh_from_db()
    assert (video.state, video.error, video.progress) == (WorkState.QUEUED, "", 0)


def test_a_video_that_is_ready_is_left_alone_and_others_may_not(client: Client) -> None:
    video = VideoFactory(state=WorkState.SUCCEEDED)

    assert asked(client, video, Role.MANAGER) == 409
    assert asked(client, video, Role.REVIEWER) == 403
