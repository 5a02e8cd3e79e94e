"""Django app."""

from django.apps import AppConfig


class AnnotationsConfig(AppConfig):
    name = "vigil.annotations"
    label = "annotations"
