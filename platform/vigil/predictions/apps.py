"""Django app."""

from django.apps import AppConfig


class PredictionsConfig(AppConfig):
    name = "vigil.predictions"
    label = "predictions"
