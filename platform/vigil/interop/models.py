"""Links between our rows and those of other tools, and datasets that people asked for."""

from django.conf import settings
from django.db import models

from vigil.annotations.models import Annotation
from vigil.projects.models import Project
from vigil.projects.work import Work
from vigil.snapshots.models import DatasetExport


class ImportedAnnotation(models.Model):
    """Where an imported annotation came from: the same again changes nothing, an edit of it replaces it."""

    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="imported_from")
    format = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200)
    imported_at = models.DateTimeField(auto_now_add=True)
    segments = models.JSONField(
        default=list, help_text="What the last import brought: [{key, start_ms, end_ms, label, explanation}]"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["format", "external_id"], name="imported_once")]


class ExportRequest(Work):
    """A dataset that somebody asked for on the page. Done by a worker of the default queue."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="export_requests")
    format = models.CharField(max_length=40)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    export = models.OneToOneField(
        DatasetExport, on_delete=models.SET_NULL, null=True, blank=True, related_name="request"
    )
