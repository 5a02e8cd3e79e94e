"""Django app."""

from django.apps import AppConfig


class VideosConfig(AppConfig):
    name = "vigil.videos"
    label = "videos"
