"""Rows whose worker ran on this machine and is gone: queued again without waiting for the heartbeat to run out."""

import logging
import socket
from datetime import timedelta

import psutil
from django.utils import timezone

from vigil.projects.work import HEARTBEAT_EVERY_S, Work, WorkQuerySet, WorkState

log = logging.getLogger(__name__)
MISSED_BEAT_S = 1.5 * HEARTBEAT_EVERY_S


def dead_claims(rows: WorkQuerySet) -> list[Work]:
    """The running rows whose worker's process is not on this machine any more, though its name says so.

    On another machine with the same name (containers can have that) it may live: then it goes on beating.
    """
    host = f"{socket.gethostname()}:"
    running = rows.filter(state=WorkState.RUNNING, claimed_by__startswith=host)
    return [row for row in running if not psutil.pid_exists(int(row.claimed_by.removeprefix(host)))]


def free_dead_claims(rows: WorkQuerySet) -> int:
    """Queues the rows whose worker is gone and missed a beat; how many."""
    missed_beat = timezone.now() - timedelta(seconds=MISSED_BEAT_S)
    freed = 0
    for row in dead_claims(rows.filter(heartbeat_at__lt=missed_beat)):
        dead = rows.filter(pk=row.pk, state=WorkState.RUNNING, claimed_by=row.claimed_by)
        freed += dead.update(state=WorkState.QUEUED)
        log.warning("%s %s: its worker %s is gone; queued again", type(row).__name__, row.pk, row.claimed_by)
    return freed
