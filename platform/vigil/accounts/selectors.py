"""Who may do what in which project, and what a person has set for themselves."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from pydantic import ValidationError

from vigil.accounts.models import Membership, Role, User
from vigil.accounts.schemas import COMMANDS, KeyPreferences, Preferences

RANK = {role: rank for rank, role in enumerate(reversed(Role))}
"""Viewer 0 to owner 4: a role may do what every role of a lower rank may."""


def role_of(*, user: User | AnonymousUser, project_id: int) -> Role | None:
    """The person's role in the project; None for a stranger. A superuser is owner everywhere."""
    if not isinstance(user, User) or not user.is_active:
        return None
    if user.is_superuser:
        return Role.OWNER
    role = Membership.objects.filter(user=user, project_id=project_id).values_list("role", flat=True).first()
    return Role(role) if role is not None else None


def reaches(role: Role | None, at_least: Role) -> bool:
    """True when `role` may do what `at_least` may."""
    return role is not None and RANK[role] >= RANK[at_least]


def has_role(*, user: User | AnonymousUser, project_id: int, at_least: Role) -> bool:
    """True when the person's role in the project is `at_least` or more."""
    return reaches(role_of(user=user, project_id=project_id), at_least)


def preferences_of(*, user: User) -> Preferences:
    """What the person has set. Commands that this version no longer knows are left out."""
    kept: dict[str, Any] = user.preferences.get("keys") or {}
    bindings = {name: keys for name, keys in kept.get("bindings", {}).items() if name in COMMANDS}
    try:
        return Preferences(keys=KeyPreferences.model_validate({**kept, "bindings": bindings}))
    except ValidationError:  # nothing set yet, or by a version that wrote it otherwise
        return Preferences(keys=KeyPreferences(preset="default", uses_single_keys=True, bindings={}))
