"""Why a video has no prediction yet."""

import pytest

from tests.factories import ModelVersionFactory, VideoFactory
from vigil.predictions.models import PrelabelRequest
from vigil.predictions.selectors import Awaited, awaited_of
from vigil.projects.work import WorkState
from vigil.registry.models import ModelState

pytestmark = pytest.mark.django_db


def test_without_a_model_in_production_nothing_can_come() -> None:
    video = VideoFactory()
    ModelVersionFactory(project=video.project, state=ModelState.CANDIDATE)

    assert awaited_of(video=video) == (Awaited.NO_MODEL, "")


@pytest.mark.parametrize(
    ("state", "awaited"),
    [
        (None, Awaited.NOT_ASKED),
        (WorkState.CANCELLED, Awaited.NOT_ASKED),
        (WorkState.QUEUED, Awaited.QUEUED),
        (WorkState.RUNNING, Awaited.RUNNING),
    ],
)
def test_the_request_of_the_model_in_production_tells(state: WorkState | None, awaited: Awaited) -> None:
    video = VideoFactory()
    version = ModelVersionFactory(project=video.project, state=ModelState.PRODUCTION)
    if state is not None:
        PrelabelRequest.objects.create(video=video, model_version=version, state=state)

    assert awaited_of(video=video) == (awaited, "")


def test_a_failure_brings_its_reason() -> None:
    video = VideoFactory()
    version = ModelVersionFactory(project=video.project, state=ModelState.PRODUCTION)
    PrelabelRequest.objects.create(video=video, model_version=version, state=WorkState.FAILED, error="no room")

    assert awaited_of(video=video) == (Awaited.FAILED, "no room")
