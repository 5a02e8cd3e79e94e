"""Django app."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "vigil.config"
    label = "config"
