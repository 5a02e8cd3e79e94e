"""Celery tasks of the media queue."""

from typing import Any

from celery import shared_task

from vigil.projects.dead_claims import MISSED_BEAT_S, dead_claims
from vigil.projects.stopping import process_is_ending
from vigil.videos import processing
from vigil.videos.models import Video


@shared_task(name=processing.PROCESS_TASK, acks_late=True, bind=True)  # type: ignore[untyped-decorator]
def process_next(self: Any) -> None:
    """Makes waiting videos ready until none is left. Sent after each import, at worker start and each minute."""
    while processing.process_next(should_stop=process_is_ending.is_set):
        pass
    # A worker that comes up right after another was killed finds that one's last beat still fresh: it looks again.
    if not self.request.called_directly and dead_claims(Video.objects.all()):
        self.apply_async(countdown=MISSED_BEAT_S, retry=False)
