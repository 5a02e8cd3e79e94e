"""The training page and its buttons."""

from django.urls import path

from vigil.retraining import pages

urlpatterns = [
    path("projects/<slug:slug>/training/", pages.training, name="training"),
    path("projects/<slug:slug>/training/live/", pages.training_live, name="training_live"),
    path("projects/<slug:slug>/training/start/", pages.run_start, name="run_start"),
    path("projects/<slug:slug>/training/rollback/", pages.production_rolled_back, name="production_rollback"),
    path("projects/<slug:slug>/training/models/<slug:name>/promote/", pages.model_promoted, name="model_promote"),
    path("training-runs/<int:run_id>/cancel/", pages.run_cancelled, name="run_cancel"),
    path("training-runs/<int:run_id>/retry/", pages.run_retried, name="run_retry"),
]
