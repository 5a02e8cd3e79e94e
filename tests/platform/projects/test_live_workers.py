"""Whether somebody serves a queue. A real broker with a real worker: tests/functional/test_import_videos.py."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import VideoFactory
from vigil.projects.live_workers import has_worker
from vigil.projects.work import WorkState
from vigil.videos.models import Video


def test_without_a_broker_there_is_no_worker() -> None:
    assert not has_worker("media")


@pytest.mark.django_db
@pytest.mark.parametrize(("age_s", "is_alive"), [(3, True), (31, False)])
def test_a_busy_worker_is_known_by_the_heartbeat_of_its_row(age_s: int, is_alive: bool) -> None:
    VideoFactory(state=WorkState.RUNNING, heartbeat_at=timezone.now() - timedelta(seconds=age_s))

    assert has_worker("media", Video.objects.all()) == is_alive
