"""People, their roles, and the audit trail. Sign-up is closed: accounts are made by `manage.py user_add`."""

import secrets
from typing import Any

from django.db import transaction

from vigil.accounts.models import AuditEvent, Membership, Role, User
from vigil.accounts.schemas import Preferences


def audit_record(*, actor: User | None, action: str, target: str, **detail: Any) -> AuditEvent:
    """Writes who did what; `actor` is None for a command at the machine itself."""
    return AuditEvent.objects.create(actor=actor, action=action, target=target, detail=detail)


@transaction.atomic
def user_create(*, name: str, password: str, is_superuser: bool = False, actor: User | None = None) -> User:
    """A new account that can log in. The caller has checked that the name is free and the password strong enough."""
    user = User(username=name, is_superuser=is_superuser, is_staff=is_superuser)
    user.set_password(password)
    user.save()
    audit_record(actor=actor, action="user.create", target=name, is_superuser=is_superuser)
    return user


def password_generated() -> str:
    """A password that nobody can guess and everybody can type."""
    return secrets.token_urlsafe(12)


@transaction.atomic
def membership_set(*, user: User, project_id: int, role: Role, actor: User | None = None) -> Membership:
    """Gives the person this role in the project, instead of the one held before."""
    membership, _ = Membership.objects.update_or_create(user=user, project_id=project_id, defaults={"role": role})
    audit_record(actor=actor, action="membership.set", target=user.username, project_id=project_id, role=str(role))
    return membership


def preferences_set(*, user: User, wanted: Preferences) -> Preferences:
    """Keeps what the person sets for themselves, instead of what they had set before."""
    User.objects.filter(pk=user.pk).update(preferences=wanted.model_dump(mode="json"))
    return wanted
