"""Training runs: queued by an admin, done by a GPU worker, watched live, gated."""

from django.conf import settings
from django.db import models

from vigil.projects.models import Project
from vigil.projects.work import Work
from vigil.registry.models import ModelVersion
from vigil.snapshots.models import Snapshot


class TrainingRun(Work):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="training_runs")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="training_runs")
    parent = models.ForeignKey(
        ModelVersion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="child_runs",
        help_text="The model that a run without phase 1 builds on; empty when it starts from nothing",
    )
    profile = models.CharField(max_length=80)
    phases = models.JSONField(default=list)
    seed = models.IntegerField(default=0)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    phase = models.CharField(max_length=20, blank=True, help_text="Where it is now, as `ml.contracts.Progress.phase`")
    step = models.PositiveIntegerField(default=0)
    total_steps = models.PositiveIntegerField(default=0)
    eta_s = models.FloatField(null=True, blank=True)
    counts = models.JSONField(default=dict, help_text="Targets of each kind that the run really used")
    gate = models.JSONField(default=dict, help_text="Candidate against production on the frozen test split")
    model_version = models.OneToOneField(
        ModelVersion, on_delete=models.SET_NULL, null=True, blank=True, related_name="training_run"
    )


class LossPoint(models.Model):
    """One point of a run's loss curve."""

    run = models.ForeignKey(TrainingRun, on_delete=models.CASCADE, related_name="losses")
    phase = models.CharField(max_length=20)
    step = models.PositiveIntegerField()
    loss = models.FloatField()
    lr = models.FloatField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["run", "phase", "step"], name="loss_point_once_a_step")]
