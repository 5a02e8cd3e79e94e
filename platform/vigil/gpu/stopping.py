"""Lets long work end early and cleanly: when its row is lost, or when its process was asked to end."""

import threading

from ml.contracts import ShouldStop
from vigil.projects.heartbeat import Pulse

process_is_ending = threading.Event()
"""Set once, when the worker is told to shut down; work then stops at its next step and leaves a row to resume."""


class Stopped(Exception):
    """The work stopped between two steps because it was asked to; nothing is lost."""


def should_stop_of(pulse: Pulse) -> ShouldStop:
    """A function that tells the work whether to stop now."""
    return lambda: pulse.is_lost or process_is_ending.is_set()
