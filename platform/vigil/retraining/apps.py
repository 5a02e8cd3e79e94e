"""Django app."""

from django.apps import AppConfig


class RetrainingConfig(AppConfig):
    name = "vigil.retraining"
    label = "retraining"
