"""Tells whether somebody serves a queue, so that a command with `--wait` knows whether to do the work itself."""

import logging

from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from vigil.config.celery import app
from vigil.projects.work import HEARTBEAT_LOST_AFTER, WorkQuerySet, WorkState

log = logging.getLogger(__name__)
ANSWER_WITHIN_S = 1.5


def has_worker(queue: str, work: WorkQuerySet | None = None) -> bool:
    """Whether a living worker serves `queue`; False without a broker.

    A worker with the solo pool answers no questions while it is busy, so `work` may name the rows it works on:
    one that is running with a fresh heartbeat proves it alive.
    """
    if (
        work is not None
        and work.filter(state=WorkState.RUNNING, heartbeat_at__gt=timezone.now() - HEARTBEAT_LOST_AFTER).exists()
    ):
        return True
    if settings.CELERY_BROKER_URL == "memory://":
        return False
    try:
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=ANSWER_WITHIN_S)
            answers = app.control.inspect(timeout=ANSWER_WITHIN_S, connection=connection).active_queues()
    except (OperationalError, OSError) as error:
        log.info("no broker: %s", error)
        return False
    return any(served["name"] == queue for queues in (answers or {}).values() for served in queues)
