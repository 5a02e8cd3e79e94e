"""Home and the workbench."""

from django.urls import path

from vigil.annotations import pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("projects/", pages.project_add, name="project_add"),
    path("videos/<int:video_id>/", pages.workbench, name="workbench"),
]
