"""Django app."""

from django.apps import AppConfig


class InteropConfig(AppConfig):
    name = "vigil.interop"
    label = "interop"
