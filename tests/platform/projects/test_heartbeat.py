"""A heartbeat keeps a row alive, and tells when it is no longer ours."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import VideoFactory
from vigil.projects.heartbeat import heartbeat
from vigil.projects.work import WorkState
from vigil.videos.models import Video

pytestmark = pytest.mark.django_db(transaction=True)
WAIT_S = 30
SOON_S = 0.05


@pytest.fixture
def claimed() -> Iterator[Video]:
    VideoFactory(state=WorkState.QUEUED)
    yield Video.objects.all().claim_next()


def beaten_since(video: Video, moment: object) -> bool:
    return Video.objects.filter(pk=video.pk, heartbeat_at__gt=moment).exists()


def test_the_row_is_kept_alive_while_the_block_runs(claimed: Video) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    Video.objects.filter(pk=claimed.pk).update(heartbeat_at=long_ago)
    with heartbeat(Video, claimed.pk, every_s=SOON_S) as pulse:
        while not beaten_since(claimed, long_ago):
            assert not pulse.wait_lost(SOON_S)

    assert not Video.objects.all().claimable().exists()


def test_a_cancelled_row_is_told(claimed: Video) -> None:
    with heartbeat(Video, claimed.pk, every_s=SOON_S) as pulse:
        assert not pulse.is_lost
        Video.objects.cancel(claimed.pk)
        assert pulse.wait_lost(WAIT_S)


def test_a_row_that_another_worker_took_over_is_told(claimed: Video) -> None:
    Video.objects.filter(pk=claimed.pk).update(claimed_by="elsewhere:1")
    with heartbeat(Video, claimed.pk, every_s=SOON_S) as pulse:
        assert pulse.wait_lost(WAIT_S)


def test_no_beat_comes_after_the_block(claimed: Video) -> None:
    with heartbeat(Video, claimed.pk, every_s=SOON_S) as pulse:
        pulse.wait_lost(4 * SOON_S)
    ended = timezone.now()

    assert not pulse.wait_lost(4 * SOON_S)
    assert not beaten_since(claimed, ended)
