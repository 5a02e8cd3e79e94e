"""Celery tasks of the media queue."""

from celery import shared_task

from vigil.videos import processing


@shared_task(name=processing.PROCESS_TASK, acks_late=True)  # type: ignore[untyped-decorator]
def process_next() -> None:
    """Makes waiting videos ready until none is left. Sent after each import, at worker start and each minute."""
    while processing.process_next():
        pass
