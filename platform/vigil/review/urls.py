"""The review queue and the agreement pages."""

from django.urls import path

from vigil.review import pages

urlpatterns = [
    path("projects/<slug:slug>/review/", pages.review, name="review"),
    path("projects/<slug:slug>/agreement/", pages.agreement, name="agreement"),
    path("projects/<slug:slug>/agreement/double/", pages.double_annotation, name="double_annotation"),
    path("videos/<int:video_id>/agreement/", pages.video_agreement, name="video_agreement"),
]
