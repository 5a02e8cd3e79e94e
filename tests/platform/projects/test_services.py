import pytest
from django.urls import reverse

from tests.factories import UserFactory
from vigil.accounts.models import Role
from vigil.accounts.selectors import role_of
from vigil.projects.errors import Conflict, Invalid
from vigil.projects.models import Project
from vigil.projects.services import project_create, project_get_or_create

pytestmark = pytest.mark.django_db


def test_whoever_makes_a_project_owns_it():
    user = UserFactory()
    project = project_create(name="  City   cameras ", user=user)
    assert (project.name, project.slug) == ("City cameras", "city-cameras")
    assert role_of(user=user, project_id=project.pk) == Role.OWNER


def test_names_of_one_slug_get_slugs_of_their_own():
    slugs = [project_create(name=name, user=None).slug for name in ("City!", "City?", "city")]
    assert slugs == ["city", "city-2", "city-3"]


def test_a_name_in_chinese_has_a_page(client):
    user = UserFactory()
    project = project_create(name="停车场", user=user)
    client.force_login(user)
    answer = client.get(reverse("project", args=[project.slug]))
    assert answer.status_code == 200 and "停车场" in answer.content.decode()


@pytest.mark.parametrize("name", ["", "   ", "!!!", "x" * 121, "a\x00b"])
def test_names_that_say_nothing_are_refused(name):
    with pytest.raises(Invalid, match="letter or digit"):
        project_create(name=name, user=None)
    assert not Project.objects.exists()


def test_a_taken_name_and_an_unknown_template_are_refused():
    project_create(name="City", user=None)
    with pytest.raises(Conflict, match="already a project called 'City'"):
        project_create(name="City", user=None)
    with pytest.raises(Invalid, match="surveillance"):
        project_create(name="Town", user=None, template="no-such")


def test_get_or_create_finds_by_name_and_by_slug():
    project, is_new = project_get_or_create(name="City cameras")
    assert is_new
    assert project_get_or_create(name="city-cameras") == (project, False)
    assert project_get_or_create(name="City cameras") == (project, False)
