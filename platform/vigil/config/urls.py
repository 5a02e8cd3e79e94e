"""All routes. Each app keeps its own `urls.py`; the API is one django-ninja instance."""

from django.contrib import admin
from django.urls import include, path

from vigil.config.api import api
from vigil.config.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("api/", api.urls),
    path("", include("vigil.accounts.urls")),
    path("", include("vigil.projects.urls")),
    path("", include("vigil.videos.urls")),
    path("", include("vigil.annotations.urls")),
    path("", include("vigil.review.urls")),
    path("", include("vigil.finding.urls")),
    path("", include("vigil.active_learning.urls")),
    path("", include("vigil.retraining.urls")),
    path("", include("vigil.interop.urls")),
]
