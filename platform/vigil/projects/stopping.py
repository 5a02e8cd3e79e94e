"""Tells long work that the worker it runs in was asked to end."""

import threading
from typing import Any

from celery.signals import worker_shutting_down

process_is_ending = threading.Event()
"""Set once, when the worker is told to shut down; work then stops at its next step and leaves a row to resume."""


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _stop_between_steps(**_signal: Any) -> None:
    """Lets the worker leave its work at a step instead of holding the shutdown up."""
    process_is_ending.set()
