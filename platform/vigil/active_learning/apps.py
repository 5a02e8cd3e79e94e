"""Django app."""

from django.apps import AppConfig


class ActiveLearningConfig(AppConfig):
    name = "vigil.active_learning"
    label = "active_learning"
