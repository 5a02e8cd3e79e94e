"""Work that must not be lost: rows that workers claim with SKIP LOCKED.

A message on the broker is only a nudge to look here. A row whose worker died (its heartbeat is old) is claimed
again; states change by one conditional UPDATE each, so the second worker simply loses.
"""

import os
import socket
from datetime import timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

HEARTBEAT_EVERY_S = 5
HEARTBEAT_LOST_AFTER = timedelta(seconds=30)


class WorkState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class WorkQuerySet(models.QuerySet[Any]):
    def claimable(self) -> Self:
        lost_before = timezone.now() - HEARTBEAT_LOST_AFTER
        return self.filter(Q(state=WorkState.QUEUED) | Q(state=WorkState.RUNNING, heartbeat_at__lt=lost_before))

    def unfinished(self) -> Self:
        return self.filter(state__in=[WorkState.QUEUED, WorkState.RUNNING])

    def claim_next(self) -> Any | None:
        """The oldest waiting row of this query set, now ours and running; None when nothing waits."""
        with transaction.atomic():
            row = self.claimable().select_for_update(skip_locked=True).order_by("pk").first()
            if row is None:
                return None
            row.state = WorkState.RUNNING
            row.claimed_by = worker_name()
            row.attempts += 1
            row.heartbeat_at = row.started_at = timezone.now()
            row.save(update_fields=["state", "claimed_by", "attempts", "heartbeat_at", "started_at"])
        return row

    def beat(self, pk: int) -> bool:
        """Says that the work goes on; False when the row is no longer ours (cancelled, or taken over)."""
        mine = self.filter(pk=pk, state=WorkState.RUNNING, claimed_by=worker_name())
        return mine.update(heartbeat_at=timezone.now()) == 1

    def finish(self, pk: int, state: WorkState, error: str = "") -> bool:
        """Ends work that this process claimed; False when it is no longer ours, or somebody else ended it."""
        mine = self.filter(pk=pk, state=WorkState.RUNNING, claimed_by=worker_name())
        return mine.update(state=state, error=error, finished_at=timezone.now()) == 1

    def cancel(self, pk: int) -> bool:
        return self.unfinished().filter(pk=pk).update(state=WorkState.CANCELLED, finished_at=timezone.now()) == 1

    def retry(self, pk: int) -> bool:
        """Queues failed or cancelled work again."""
        ended = self.filter(pk=pk, state__in=[WorkState.FAILED, WorkState.CANCELLED])
        return ended.update(state=WorkState.QUEUED, error="", finished_at=None) == 1


class Work(models.Model):
    """Base of every table of work: videos to process, videos to pre-label, training runs."""

    state = models.CharField(max_length=12, choices=WorkState.choices, default=WorkState.QUEUED, db_index=True)
    error = models.TextField(blank=True, help_text="Why it failed, in words for the page")
    attempts = models.PositiveIntegerField(default=0)
    claimed_by = models.CharField(max_length=200, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def is_finished(self) -> bool:
        return self.state in {WorkState.SUCCEEDED, WorkState.FAILED, WorkState.CANCELLED}


def worker_name() -> str:
    """Host and process, so that a row tells who works on it."""
    return f"{socket.gethostname()}:{os.getpid()}"
