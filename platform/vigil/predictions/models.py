"""What a model version said of a video. Written once; a database trigger refuses every later change."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from vigil.projects.work import Work
from vigil.registry.models import ModelVersion
from vigil.videos.models import Video


class PrelabelRequest(Work):
    """One video waiting for (or through) one model version."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="prelabel_requests")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="prelabel_requests")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["video", "model_version"], name="prelabel_once_a_version")]


class Prediction(models.Model):
    """Immutable. Score arrays have one value a clip and the same length."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="predictions")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="predictions")
    created_at = models.DateTimeField(auto_now_add=True)
    clip_start_ms = ArrayField(models.IntegerField())
    clip_end_ms = ArrayField(models.IntegerField())
    raw = ArrayField(models.FloatField())
    long = ArrayField(models.FloatField())
    short = ArrayField(models.FloatField())
    fused = ArrayField(models.FloatField())
    judgement = models.JSONField(null=True, help_text="The language model's answer about the whole video")
    timing = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["video", "model_version"], name="prediction_once_a_version")]


class PredictedSegment(models.Model):
    """Immutable, as its prediction."""

    prediction = models.ForeignKey(Prediction, on_delete=models.CASCADE, related_name="segments")
    start_ms = models.IntegerField()
    end_ms = models.IntegerField()
    label = models.CharField(max_length=120)
    confidence = models.FloatField()
    explanation = models.TextField(blank=True)
    judgement = models.JSONField(null=True)

    class Meta:
        ordering = ["start_ms", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start_ms__gte=0) & Q(end_ms__gt=F("start_ms")), name="predicted_segment_is_an_interval"
            )
        ]
