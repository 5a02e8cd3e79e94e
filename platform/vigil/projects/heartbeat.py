"""Keeps a claimed row of work alive from a thread, and tells the work when the row is no longer its own."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError, connection

from vigil.projects.work import HEARTBEAT_EVERY_S, HEARTBEAT_LOST_AFTER, Work

log = logging.getLogger(__name__)
ENDS_WITHIN_S = 1.0


class Pulse:
    """What the work asks between two steps: is the row still mine?"""

    def __init__(self) -> None:
        self._lost = threading.Event()
        self._ended = threading.Event()

    @property
    def is_lost(self) -> bool:
        """True once the row was cancelled or taken over, or the database could not be reached for too long."""
        return self._lost.is_set()

    def wait_lost(self, timeout_s: float) -> bool:
        """Waits until the row is lost; False when it still is ours after `timeout_s`."""
        return self._lost.wait(timeout_s)


@contextmanager
def heartbeat(model: type[Work], pk: int, every_s: float = HEARTBEAT_EVERY_S) -> Iterator[Pulse]:
    """Beats for a row that this process claimed until the block ends. Use: `if pulse.is_lost: stop`.

    The thread has a database connection of its own, so a row claimed in an open transaction is not seen by it:
    claim and commit first.
    """
    pulse = Pulse()
    thread = threading.Thread(target=_beat, args=(model, pk, every_s, pulse), name=f"heartbeat-{pk}", daemon=True)
    thread.start()
    try:
        yield pulse
    finally:
        pulse._ended.set()
        thread.join()


def _beat(model: type[Work], pk: int, every_s: float, pulse: Pulse) -> None:
    last_good_s = time.monotonic()
    try:
        while not pulse._ended.wait(every_s):
            try:
                is_ours = model.objects.beat(pk)
            except (DatabaseError, InterfaceError) as error:
                log.warning("heartbeat of %s %s: %s", model.__name__, pk, error)
                connection.close()
                is_ours = time.monotonic() - last_good_s < HEARTBEAT_LOST_AFTER.total_seconds()
            else:
                last_good_s = time.monotonic()
            if not is_ours:
                pulse._lost.set()
                # A row that its own block has just finished is no loss: the block then ends at once.
                if not pulse._ended.wait(ENDS_WITHIN_S):
                    log.warning("%s %s is no longer ours", model.__name__, pk)
                return
    finally:
        connection.close()
