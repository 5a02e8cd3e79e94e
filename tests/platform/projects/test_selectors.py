import pytest

from tests.factories import MembershipFactory, ProjectFactory, UserFactory
from vigil.accounts.models import Role
from vigil.projects.errors import Missing, NotAllowed
from vigil.projects.selectors import project_by_name, project_for, projects_of

pytestmark = pytest.mark.django_db


def test_project_for_member_low_role_and_stranger():
    membership = MembershipFactory(role=Role.ANNOTATOR)
    slug = membership.project.slug
    assert project_for(user=membership.user, slug=slug, at_least=Role.ANNOTATOR) == membership.project
    with pytest.raises(NotAllowed, match="annotator.*manager"):
        project_for(user=membership.user, slug=slug, at_least=Role.MANAGER)
    with pytest.raises(Missing, match=slug):
        project_for(user=UserFactory(), slug=slug)
    with pytest.raises(Missing, match="no-such"):
        project_for(user=membership.user, slug="no-such")


def test_project_by_name_takes_name_or_slug_and_lists_those_there_are():
    project = ProjectFactory(name="City cameras", slug="city-cameras")
    assert project_by_name(name="City cameras") == project_by_name(name="city-cameras") == project
    with pytest.raises(Missing, match="there are: City cameras"):
        project_by_name(name="Town")


def test_projects_of_shows_memberships_and_to_a_superuser_all():
    mine, other = MembershipFactory().project, ProjectFactory()
    person = mine.memberships.get().user
    assert list(projects_of(user=person)) == [mine]
    assert set(projects_of(user=UserFactory(is_superuser=True))) == {mine, other}
