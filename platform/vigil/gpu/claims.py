"""Giving claimed rows back by the worker that was asked to stop, and giving up those that kill their workers."""

from django.db.models import F

from vigil.projects.errors import Gone
from vigil.projects.work import Work, WorkState, worker_name

MAX_ATTEMPTS = 4
"""A row whose worker died this often is given up: it kills its workers, most likely for want of memory."""


def release(model: type[Work], pk: int) -> bool:
    """Puts a row of this worker back into the queue, as if it had not been tried; False when it is not ours."""
    mine = model.objects.filter(pk=pk, state=WorkState.RUNNING, claimed_by=worker_name())
    return bool(mine.update(state=WorkState.QUEUED, attempts=F("attempts") - 1) == 1)


def killed_too_often(row: Work) -> Gone:
    """The error that ends a row which its workers did not survive."""
    return Gone(
        f"its worker died {row.attempts - 1} times in the middle, most likely out of memory; free some, then retry"
    )
