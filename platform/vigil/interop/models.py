"""Links between our rows and those of other tools."""

from django.db import models

from vigil.annotations.models import Annotation


class ImportedAnnotation(models.Model):
    """Where an imported annotation came from, so that a second import of the same thing changes nothing."""

    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="imported_from")
    format = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200)
    imported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["format", "external_id"], name="imported_once")]
