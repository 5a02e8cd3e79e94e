"""Lets long work end early and cleanly: when its row is lost, or when its process was asked to end."""

from ml.contracts import ShouldStop
from vigil.projects.heartbeat import Pulse
from vigil.projects.stopping import process_is_ending


class Stopped(Exception):
    """The work stopped between two steps because it was asked to; nothing is lost."""


def should_stop_of(pulse: Pulse) -> ShouldStop:
    """A function that tells the work whether to stop now."""
    return lambda: pulse.is_lost or process_is_ending.is_set()
