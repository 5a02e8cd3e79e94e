"""Django app."""

from django.apps import AppConfig


class FindingConfig(AppConfig):
    name = "vigil.finding"
    label = "finding"
