"""Celery tasks of interop, on the default queue."""

from celery import shared_task

from vigil.interop.services import requests


@shared_task(name=requests.EXPORT_TASK, acks_late=True)  # type: ignore[untyped-decorator]
def export_next() -> None:
    """Makes exports that wait until none is left. Harmless twice."""
    while requests.export_next():
        pass
