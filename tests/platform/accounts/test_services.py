import pytest

from tests.factories import ProjectFactory, UserFactory
from vigil.accounts.models import AuditEvent, Membership, Role
from vigil.accounts.services import audit_record, membership_set, password_generated, user_create

pytestmark = pytest.mark.django_db


def test_user_create_keeps_no_password_and_leaves_a_trace():
    password = password_generated()
    user = user_create(name="ada", password=password)
    assert user.check_password(password) and password not in user.password
    assert not user.is_superuser and not user.is_staff
    event = AuditEvent.objects.get()
    assert (event.action, event.target, event.actor) == ("user.create", "ada", None)


def test_generated_passwords_differ_and_are_long():
    passwords = {password_generated() for _ in range(50)}
    assert len(passwords) == 50 and min(map(len, passwords)) >= 16


def test_membership_set_replaces_the_role_held_before():
    user, project, actor = UserFactory(), ProjectFactory(), UserFactory()
    membership_set(user=user, project_id=project.pk, role=Role.VIEWER, actor=actor)
    membership_set(user=user, project_id=project.pk, role=Role.REVIEWER, actor=actor)
    assert Membership.objects.get().role == Role.REVIEWER
    events = AuditEvent.objects.filter(action="membership.set", actor=actor)
    assert [event.detail["role"] for event in events.order_by("pk")] == ["viewer", "reviewer"]


def test_audit_record_keeps_who_what_and_on_what():
    actor = UserFactory()
    event = audit_record(actor=actor, action="model.promote", target="v3", project="City")
    assert AuditEvent.objects.get(actor=actor) == event and event.detail == {"project": "City"}
