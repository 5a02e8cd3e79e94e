"""Snapshots: what was known at one moment, immutable, named by the hash of its content."""

from django.conf import settings
from django.db import models

from vigil.projects.models import Project


class Snapshot(models.Model):
    """`manifest` is the JSON of a list of `ml.contracts.TrainingVideo` (train and val) plus the test split's names and,
    apart from what is trained on, people's answers about test videos."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="snapshots")
    content_sha256 = models.CharField(max_length=64)
    manifest = models.JSONField()
    counts = models.JSONField(help_text="How many of each kind: videos, weak_labels, glances, verdicts, segments, ...")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "content_sha256"], name="snapshot_content_once")]


class DatasetExport(models.Model):
    """One dataset written for somebody, so that it can be traced back."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="exports")
    format = models.CharField(max_length=40)
    path = models.CharField(max_length=1000)
    records = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
