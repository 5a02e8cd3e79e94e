"""Who may do what in which project."""

from django.contrib.auth.models import AnonymousUser

from vigil.accounts.models import Membership, Role, User

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
