"""The export page and its buttons."""

from django.urls import path

from vigil.interop import pages

urlpatterns = [
    path("projects/<slug:slug>/export/", pages.export_page, name="export"),
    path("projects/<slug:slug>/export/live/", pages.export_live, name="export_live"),
    path("projects/<slug:slug>/export/start/", pages.export_start, name="export_start"),
    path("exports/<int:export_id>/download/", pages.export_download, name="export_download"),
]
