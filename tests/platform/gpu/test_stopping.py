"""When long work has to stop."""

import pytest

from vigil.gpu.stopping import should_stop_of
from vigil.projects.heartbeat import Pulse
from vigil.projects.stopping import process_is_ending


@pytest.fixture
def ending():
    yield process_is_ending
    process_is_ending.clear()


def test_work_goes_on_while_its_row_is_ours_and_the_process_lives():
    assert not should_stop_of(Pulse())()


def test_work_stops_when_the_process_is_told_to_end(ending):
    should_stop = should_stop_of(Pulse())
    ending.set()
    assert should_stop()
