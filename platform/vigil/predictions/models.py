"""What a model version said of a video. Written once; a database trigger refuses every later change."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from pgvector.django import HalfVectorField, HnswIndex

from vigil.projects.work import Work
from vigil.registry.models import ModelVersion
from vigil.videos.models import Video

SPARK_POINTS = 60
"""Of the small curve beside a video."""
EMBEDDING_WIDTH = 64


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
    # Generated, so that nobody reads a day of scores to list a video.
    peak = models.GeneratedField(
        expression=Func(F("fused"), function="vigil_highest"),
        output_field=models.FloatField(null=True),
        db_persist=True,
    )
    spark = models.GeneratedField(
        expression=Func(F("fused"), Value(SPARK_POINTS), function="vigil_peaks"),
        output_field=ArrayField(models.FloatField()),
        db_persist=True,
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["video", "model_version"], name="prediction_once_a_version")]
        indexes = [models.Index(fields=["model_version", "peak"], name="prediction_by_peak")]


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


class ClipEmbedding(models.Model):
    """Where one clip lies among all moments its model version knows: a unit vector (`ml.inference.embedding`)."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="clip_embeddings")
    # Its own index would be the first column of the constraint's again.
    model_version = models.ForeignKey(
        ModelVersion, on_delete=models.CASCADE, related_name="clip_embeddings", db_index=False
    )
    clip = models.IntegerField()
    start_ms = models.IntegerField()
    end_ms = models.IntegerField()
    embedding = HalfVectorField(dimensions=EMBEDDING_WIDTH)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model_version", "video", "clip"], name="clip_embedding_once_a_version")
        ]
        indexes = [HnswIndex(fields=["embedding"], name="clip_embedding_nearest", opclasses=["halfvec_ip_ops"])]
