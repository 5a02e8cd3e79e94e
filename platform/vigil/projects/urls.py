"""The members of a project."""

from django.urls import path

from vigil.projects import pages

urlpatterns = [
    path("projects/<slug:slug>/members/", pages.members, name="members"),
    path("projects/<slug:slug>/members/add/", pages.member_new, name="member_add"),
    path("projects/<slug:slug>/members/<int:user_id>/role/", pages.member_role, name="member_role"),
    path("projects/<slug:slug>/members/<int:user_id>/remove/", pages.member_out, name="member_remove"),
]
