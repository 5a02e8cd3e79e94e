"""A claimed row is ended by the worker that has it, and by nobody who lost it."""

import pytest

from tests.factories import VideoFactory
from vigil.projects.work import WorkState
from vigil.videos.models import Video

pytestmark = pytest.mark.django_db


@pytest.fixture
def claimed() -> Video:
    VideoFactory(state=WorkState.QUEUED)
    found: Video = Video.objects.all().claim_next()
    return found


def state_of(video: Video) -> str:
    video.refresh_from_db()
    return video.state


def test_the_worker_that_has_the_row_ends_it_once(claimed: Video) -> None:
    assert Video.objects.finish(claimed.pk, WorkState.SUCCEEDED)
    assert not Video.objects.finish(claimed.pk, WorkState.FAILED, "too late")
    assert (state_of(claimed), claimed.error) == (WorkState.SUCCEEDED, "")


def test_a_worker_that_lost_the_row_cannot_end_its_successors_work(claimed: Video) -> None:
    Video.objects.filter(pk=claimed.pk).update(claimed_by="successor:1")
    assert not Video.objects.finish(claimed.pk, WorkState.FAILED, "the disk was full")
    assert state_of(claimed) == WorkState.RUNNING


def test_anybody_may_cancel_what_another_worker_does_and_then_it_stays_cancelled(claimed: Video) -> None:
    Video.objects.filter(pk=claimed.pk).update(claimed_by="elsewhere:1")
    assert Video.objects.cancel(claimed.pk)
    assert not Video.objects.finish(claimed.pk, WorkState.SUCCEEDED)
    assert state_of(claimed) == WorkState.CANCELLED
