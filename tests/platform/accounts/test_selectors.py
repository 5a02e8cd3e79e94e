import pytest
from django.contrib.auth.models import AnonymousUser

from tests.factories import MembershipFactory, ProjectFactory, UserFactory
from vigil.accounts.models import Role
from vigil.accounts.selectors import has_role, reaches, role_of

pytestmark = pytest.mark.django_db


def test_a_role_reaches_itself_and_what_is_below():
    order = [Role.VIEWER, Role.ANNOTATOR, Role.REVIEWER, Role.MANAGER, Role.OWNER]
    for i, role in enumerate(order):
        assert [reaches(role, other) for other in order] == [j <= i for j in range(5)]
    assert not reaches(None, Role.VIEWER)


def test_role_is_of_one_project():
    membership = MembershipFactory(role=Role.MANAGER)
    assert role_of(user=membership.user, project_id=membership.project_id) == Role.MANAGER
    assert role_of(user=membership.user, project_id=ProjectFactory().pk) is None


def test_superuser_is_owner_everywhere_and_a_stopped_account_nothing_anywhere():
    project = ProjectFactory()
    assert role_of(user=UserFactory(is_superuser=True), project_id=project.pk) == Role.OWNER
    assert role_of(user=UserFactory(is_superuser=True, is_active=False), project_id=project.pk) is None
    assert not has_role(user=AnonymousUser(), project_id=project.pk, at_least=Role.VIEWER)
