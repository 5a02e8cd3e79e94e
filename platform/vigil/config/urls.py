"""All routes. Each app keeps its own `urls.py`; the API is one django-ninja instance."""

from django.contrib import admin
from django.urls import path

from vigil.config.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
]
