"""The questions page."""

from django.urls import path

from vigil.active_learning import pages

urlpatterns = [
    path("projects/<slug:slug>/questions/", pages.questions, name="questions"),
]
