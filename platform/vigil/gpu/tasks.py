"""Tasks of the gpu queue. The only module of the platform's tasks that loads torch: start with `-I vigil.gpu.tasks`.

The imports stand in the tasks on purpose: torch and transformers load for seconds, and a worker that first says that it
takes work, then loads them for its first sweep, keeps nobody waiting at the start.
"""

from celery import shared_task


@shared_task(name="vigil.gpu.tasks.train_next")  # type: ignore[untyped-decorator]
def train_next() -> None:
    """Trains the runs that wait. Harmless twice: a run is claimed by one worker only."""
    from vigil.gpu.services.train import train_next as train_waiting  # noqa: PLC0415

    train_waiting()


@shared_task(name="vigil.gpu.tasks.draft_next")  # type: ignore[untyped-decorator]
def draft_next() -> None:
    """Writes the drafts that people wait for. Harmless twice."""
    from vigil.gpu.services.drafts import draft_next as draft_waiting  # noqa: PLC0415

    draft_waiting()


@shared_task(name="vigil.gpu.tasks.prelabel_next")  # type: ignore[untyped-decorator]
def prelabel_next() -> None:
    """Pre-labels the videos that wait. Harmless twice."""
    from vigil.gpu.services.prelabel import prelabel_next as prelabel_waiting  # noqa: PLC0415

    prelabel_waiting()
