"""Routes of the videos room."""

from django.urls import path

from vigil.videos import media, pages

app_name = "videos"
urlpatterns = [
    path("projects/<slug:slug>/upload/", pages.upload, name="upload"),
    path("projects/<slug:slug>/imports/<int:import_id>/", pages.import_report, name="import"),
    path("videos/<int:video_id>/retry/", pages.retry, name="retry"),
    path("media/videos/<int:video_id>/<slug:kind>", media.rendition, name="media"),
]
