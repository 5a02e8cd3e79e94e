"""Videos whose old proxy named wrong frames are made ready again; the others stay as they are."""

from importlib import import_module

import pytest
from django.apps import apps

from tests.factories import VideoFactory
from vigil.projects.work import WorkState

migration = import_module("vigil.videos.migrations.0004_exact_proxies")


@pytest.mark.django_db
def test_videos_with_inexact_proxies_are_queued_again() -> None:
    variable = VideoFactory(is_variable_rate=True)
    fast = VideoFactory(fps=59.94)
    plain = VideoFactory(fps=29.97)
    broken = VideoFactory(is_variable_rate=True, state=WorkState.FAILED)
    migration.queue_again(apps, None)
    states = []
    for video in (variable, fast, plain, broken):
        video.refresh_from_db()
        states.append(video.state)
    assert states == [WorkState.QUEUED, WorkState.QUEUED, WorkState.SUCCEEDED, WorkState.FAILED]
