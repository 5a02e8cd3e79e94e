"""Django app."""

from django.apps import AppConfig


class GpuConfig(AppConfig):
    name = "vigil.gpu"
    label = "gpu"
