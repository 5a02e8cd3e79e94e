"""Sends a task by name after the transaction commits.

The work itself is a row in PostgreSQL; the message is only a nudge. A nudge lost (no broker, a restart) costs
nothing but time: workers look for waiting rows when they start and once a minute.
"""

import logging
from functools import partial

from django.db import transaction
from kombu.exceptions import OperationalError

from vigil.config.celery import app

log = logging.getLogger(__name__)


def nudge(task_name: str, *args: int | str) -> None:
    """Sends `task_name(*args)` once the current transaction has committed."""
    transaction.on_commit(partial(_send, task_name, args))


def _send(task_name: str, args: tuple[int | str, ...]) -> None:
    if app.conf.broker_url in (None, "", "memory://"):
        return
    try:
        app.send_task(task_name, args=args, retry=False)
    except OperationalError as error:
        log.warning("no broker for %s: %s; a worker will find the row by itself", task_name, error)
