"""A project: videos, people and one annotation template."""

from django.conf import settings
from django.db import models


class Project(models.Model):
    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=140, unique=True)
    template = models.CharField(max_length=80, default="surveillance", help_text="A folder of annotation_templates")
    profile = models.CharField(max_length=80, default="tiny", help_text="The model profile that training uses")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)

    def __str__(self) -> str:
        return self.name
