"""Tasks of the default queue: the work itself is done on the gpu queue."""

from celery import shared_task

from vigil.predictions.services import missing_prelabels_request
from vigil.projects.models import Project


@shared_task(name="vigil.predictions.tasks.prelabel_missing", time_limit=300)  # type: ignore[untyped-decorator]
def prelabel_missing(project_id: int) -> None:
    """Asks for pre-labels of the project's ready videos that have none. Harmless twice."""
    project = Project.objects.filter(pk=project_id).first()
    if project is not None:
        missing_prelabels_request(project=project)
