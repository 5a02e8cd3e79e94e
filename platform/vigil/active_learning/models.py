"""Rounds: each time the queue was filled, from which model and with what result."""

from django.db import models

from vigil.registry.models import ModelVersion


class Round(models.Model):
    """One filling of the queue after pre-labels were renewed."""

    model_version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="rounds")
    created_at = models.DateTimeField(auto_now_add=True)
    questions = models.PositiveIntegerField(default=0)
    settings = models.JSONField(default=dict)
