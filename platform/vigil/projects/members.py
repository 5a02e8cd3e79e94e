"""Who works in a project: listed, added, given another role, taken out."""

from django.db import transaction
from django.utils.translation import gettext as _

from vigil.accounts.models import Membership, Role, User
from vigil.accounts.selectors import reaches, role_of
from vigil.accounts.services import audit_record, membership_set
from vigil.projects.errors import Conflict, Invalid, Missing, NotAllowed
from vigil.projects.models import Project


def members_of(*, project: Project) -> list[Membership]:
    """The project's members, the highest role first, then by name."""
    order = {role: place for place, role in enumerate(Role)}
    members = Membership.objects.filter(project=project).select_related("user")
    return sorted(members, key=lambda one: (order[Role(one.role)], one.user.username))


def roles_to_give(*, user: User, project: Project) -> list[Role]:
    """What this person may make others: nobody gives more than they have."""
    mine = role_of(user=user, project_id=project.pk)
    return [role for role in Role if reaches(mine, role)]


def member_add(*, user: User, project: Project, name: str, role: str) -> Membership:
    """The new member; an account with this name has to exist.

    Raises:
        Invalid: no such account or role. Conflict: a member already. NotAllowed: a role above one's own.
    """
    wanted = _role_to_give(user, project, role)
    member = User.objects.filter(username=name.strip(), is_active=True).first()
    if member is None:
        raise Invalid(_("There is no account %(name)r. An administrator makes accounts.") % {"name": name.strip()[:60]})
    if Membership.objects.filter(project=project, user=member).exists():
        raise Conflict(_("%(name)s is a member already; change the role in the list.") % {"name": member.username})
    return membership_set(user=member, project_id=project.pk, role=wanted, actor=user)


@transaction.atomic
def member_role_set(*, user: User, project: Project, member_id: int, role: str) -> Membership:
    """The membership with its new role.

    Raises:
        Missing: no such member. NotAllowed: their role or the new one is above one's own. Conflict: the last owner.
    """
    wanted = _role_to_give(user, project, role)
    membership = _membership(user, project, member_id)
    if wanted != Role.OWNER:
        _keep_an_owner(project, membership)
    return membership_set(user=membership.user, project_id=project.pk, role=wanted, actor=user)


@transaction.atomic
def member_remove(*, user: User, project: Project, member_id: int) -> None:
    """Takes the person out of the project; what they did stays.

    Raises:
        Missing, NotAllowed, Conflict: as for `member_role_set`.
    """
    membership = _membership(user, project, member_id)
    _keep_an_owner(project, membership)
    name = membership.user.username
    membership.delete()
    audit_record(actor=user, action="membership.remove", target=name, project_id=project.pk)


def _role_to_give(user: User, project: Project, role: str) -> Role:
    if role not in Role.values:
        raise Invalid(_("There is no such role; choose one of the list."))
    if Role(role) not in roles_to_give(user=user, project=project):
        raise NotAllowed(_("Nobody can give a role above their own; ask an owner of the project."))
    return Role(role)


def _membership(user: User, project: Project, member_id: int) -> Membership:
    # The project's row is held, so that two owners cannot remove each other at once.
    Project.objects.select_for_update().get(pk=project.pk)
    membership = Membership.objects.filter(project=project, user_id=member_id).select_related("user").first()
    if membership is None:
        raise Missing(_("There is no such member; reload the page."))
    if Role(membership.role) not in roles_to_give(user=user, project=project):
        raise NotAllowed(_("Only an owner can change an owner; ask one."))
    return membership


def _keep_an_owner(project: Project, leaving: Membership) -> None:
    """A project that has owners keeps one. One made at the command line has none; administrators look after it."""
    owners = Membership.objects.filter(project=project, role=Role.OWNER)
    if leaving.role == Role.OWNER and not owners.exclude(pk=leaving.pk).exists():
        raise Conflict(_("This is the last owner; make somebody else an owner first."))
