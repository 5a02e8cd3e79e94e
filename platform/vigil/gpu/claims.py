"""Giving claimed rows back: by the worker that was asked to stop, and for workers of this machine that died."""

import logging
import socket
from datetime import timedelta

import psutil
from django.db.models import F
from django.utils import timezone

from vigil.projects.errors import Gone
from vigil.projects.work import HEARTBEAT_EVERY_S, Work, WorkQuerySet, WorkState, worker_name

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 4
"""A row whose worker died this often is given up: it kills its workers, most likely for want of memory."""


def release(model: type[Work], pk: int) -> bool:
    """Puts a row of this worker back into the queue, as if it had not been tried; False when it is not ours."""
    mine = model.objects.filter(pk=pk, state=WorkState.RUNNING, claimed_by=worker_name())
    return bool(mine.update(state=WorkState.QUEUED, attempts=F("attempts") - 1) == 1)


def free_dead_claims(rows: WorkQuerySet) -> int:
    """Queues the rows whose worker ran on this machine and is gone, without waiting for the heartbeat to run out.

    Only rows that missed a beat: on another machine with the same name a living worker keeps its own.
    """
    missed_beat = timezone.now() - timedelta(seconds=1.5 * HEARTBEAT_EVERY_S)
    host = f"{socket.gethostname()}:"
    freed = 0
    for row in rows.filter(state=WorkState.RUNNING, claimed_by__startswith=host, heartbeat_at__lt=missed_beat):
        if not psutil.pid_exists(int(row.claimed_by.removeprefix(host))):
            dead = rows.filter(pk=row.pk, state=WorkState.RUNNING, claimed_by=row.claimed_by)
            freed += dead.update(state=WorkState.QUEUED)
            log.warning("%s %s: its worker %s is gone; queued again", type(row).__name__, row.pk, row.claimed_by)
    return freed


def killed_too_often(row: Work) -> Gone:
    """The error that ends a row which its workers did not survive."""
    return Gone(
        f"its worker died {row.attempts - 1} times in the middle, most likely out of memory; free some, then retry"
    )
