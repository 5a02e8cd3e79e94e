"""Model versions of a project and which of them is in production."""

from django.db import models
from django.db.models import Q

from vigil.projects.models import Project


class ModelState(models.TextChoices):
    CANDIDATE = "candidate"
    PRODUCTION = "production"
    ARCHIVED = "archived"


class ModelVersion(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="model_versions")
    number = models.PositiveIntegerField(help_text="1, 2, 3 ...; people write v1, v2, v3")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    profile = models.CharField(max_length=80)
    artefact = models.CharField(max_length=500, help_text="Folder relative to ARTEFACT_ROOT")
    artefact_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=ModelState.choices, default=ModelState.CANDIDATE)
    metrics = models.JSONField(default=dict, help_text="Figures on the frozen test split, as `evaluate --json` prints")
    card = models.JSONField(default=dict, help_text="What it was trained on: snapshot, counts, phases, seed")
    created_at = models.DateTimeField(auto_now_add=True)
    promoted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="model_number_once_a_project"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(state="production"), name="one_production_model_a_project"
            ),
        ]

    @property
    def name(self) -> str:
        return f"v{self.number}"
