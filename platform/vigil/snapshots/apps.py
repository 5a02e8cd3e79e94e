"""Django app."""

from django.apps import AppConfig


class SnapshotsConfig(AppConfig):
    name = "vigil.snapshots"
    label = "snapshots"
