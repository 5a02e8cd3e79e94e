"""Users, who may do what in which project, and the audit trail."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person who logs in. A superuser is the admin of the whole installation."""

    email = models.EmailField(blank=True)
    preferences = models.JSONField(default=dict, blank=True, help_text="Keys of the workbench; see accounts.schemas")


class Role(models.TextChoices):
    """From most to least. Each role may do what the ones below it may."""

    OWNER = "owner"
    MANAGER = "manager"
    REVIEWER = "reviewer"
    ANNOTATOR = "annotator"
    VIEWER = "viewer"


class Membership(models.Model):
    """One person's role in one project."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "project"], name="membership_once_a_project")]


class AuditEvent(models.Model):
    """Who did what when. Written by services, never changed."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    action = models.CharField(max_length=80)
    target = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)
