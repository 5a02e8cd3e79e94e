"""A project's videos and its search."""

from django.urls import path

from vigil.finding import pages

urlpatterns = [
    path("projects/<slug:slug>/", pages.project_videos, name="project"),
    path("projects/<slug:slug>/search/", pages.search, name="search"),
]
