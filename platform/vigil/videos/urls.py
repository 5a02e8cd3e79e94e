"""Routes of the videos room."""

from django.urls import path

from vigil.videos import media

app_name = "videos"
urlpatterns = [
    path("media/videos/<int:video_id>/<slug:kind>", media.rendition, name="media"),
]
