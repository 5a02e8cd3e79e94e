"""Django app."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "vigil.projects"
    label = "projects"
