"""Members: who may give which role, and a project never loses its last owner."""

import pytest

from tests.factories import MembershipFactory, ProjectFactory, UserFactory
from vigil.accounts.models import AuditEvent, Membership, Role
from vigil.projects.errors import Conflict, Invalid, Missing, NotAllowed
from vigil.projects.members import member_add, member_remove, member_role_set, members_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return ProjectFactory()


def member(project, role):
    return MembershipFactory(project=project, role=role).user


def test_a_manager_adds_changes_and_removes_and_the_audit_trail_tells(project):
    manager, newcomer = member(project, Role.MANAGER), UserFactory(username="ada")
    member_add(user=manager, project=project, name=" ada ", role="annotator")
    member_role_set(user=manager, project=project, member_id=newcomer.pk, role="reviewer")
    assert [(one.user.username, one.role) for one in members_of(project=project)] == [
        (manager.username, "manager"), ("ada", "reviewer"),
    ]  # fmt: skip
    member_remove(user=manager, project=project, member_id=newcomer.pk)
    assert not Membership.objects.filter(user=newcomer).exists()
    assert list(AuditEvent.objects.filter(target="ada").order_by("pk").values_list("action", flat=True)) == [
        "membership.set", "membership.set", "membership.remove",
    ]  # fmt: skip


def test_nobody_gives_or_takes_a_role_above_their_own(project):
    manager, owner = member(project, Role.MANAGER), member(project, Role.OWNER)
    with pytest.raises(NotAllowed):
        member_role_set(user=manager, project=project, member_id=manager.pk, role="owner")
    with pytest.raises(NotAllowed):
        member_remove(user=manager, project=project, member_id=owner.pk)
    with pytest.raises(NotAllowed):
        member_add(user=manager, project=project, name=UserFactory().username, role="owner")


def test_the_last_owner_stays(project):
    owner = member(project, Role.OWNER)
    with pytest.raises(Conflict, match="last owner"):
        member_remove(user=owner, project=project, member_id=owner.pk)
    with pytest.raises(Conflict, match="last owner"):
        member_role_set(user=owner, project=project, member_id=owner.pk, role="viewer")
    member(project, Role.OWNER)
    member_role_set(user=owner, project=project, member_id=owner.pk, role="viewer")
    assert Membership.objects.get(user=owner).role == "viewer"


def test_what_cannot_be_is_named(project):
    owner = member(project, Role.OWNER)
    for given, error in [
        ({"name": "nobody", "role": "viewer"}, Invalid),
        ({"name": owner.username, "role": "viewer"}, Conflict),
        ({"name": owner.username, "role": "king"}, Invalid),
    ]:
        with pytest.raises(error):
            member_add(user=owner, project=project, **given)
    with pytest.raises(Missing):
        member_remove(user=owner, project=project, member_id=UserFactory().pk)


def test_the_page_lists_and_changes(client, project):
    owner, other = member(project, Role.OWNER), member(project, Role.VIEWER)
    client.force_login(owner)
    path = f"/projects/{project.slug}/members/"
    assert client.post(f"{path}{other.pk}/role/", {"role": "reviewer"}).status_code == 302
    assert Membership.objects.get(user=other).role == "reviewer"
    page = client.post(f"{path}add/", {"name": "<b>nobody", "role": "viewer"}, follow=True).content.decode()
    assert "There is no account" in page and "<b>nobody" not in page and other.username in page
