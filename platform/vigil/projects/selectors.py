"""Projects as a person may see them."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from vigil.accounts.models import Role, User
from vigil.accounts.selectors import reaches, role_of
from vigil.projects.errors import Missing, NotAllowed
from vigil.projects.models import Project


def role_required(*, user: User | AnonymousUser, project_id: int, at_least: Role, missing: str) -> Role:
    """The person's role in the project, which is `at_least` or more.

    Raises:
        Missing: for a stranger, with the text `missing`, as if the thing did not exist.
        NotAllowed: for a member whose role does not reach this far.
    """
    role = role_of(user=user, project_id=project_id)
    if role is None:
        raise Missing(missing)
    if not reaches(role, at_least):
        raise NotAllowed(
            _("Your role here is %(role)s; this needs %(needed)s. Ask an owner of the project.")
            % {"role": _(role.value), "needed": _(at_least.value)}
        )
    return role


def project_for(*, user: Any, slug: str, at_least: Role = Role.VIEWER) -> Project:
    """The project at `slug`, if the person's role in it reaches `at_least`.

    Raises:
        Missing: no such project, or the person is no member.
        NotAllowed: the role is too low.
    """
    missing = _("There is no project %(slug)r here, or you are not a member of it.") % {"slug": slug}
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        raise Missing(missing)
    role_required(user=user, project_id=project.pk, at_least=at_least, missing=missing)
    return project


def project_by_name(*, name: str) -> Project:
    """The project with this name or slug, for commands.

    Raises:
        Missing: there is none; the message lists those there are.
    """
    project = Project.objects.filter(Q(name=name) | Q(slug=name)).order_by("pk").first()
    if project is None:
        known = ", ".join(Project.objects.order_by("name").values_list("name", flat=True)[:20])
        cure = f"there are: {known}" if known else "there is none yet; import_videos makes one"
        raise Missing(f"no project {name!r}; {cure}")
    return project


def projects_of(*, user: User) -> QuerySet[Project]:
    """The projects that the person is a member of, by name; a superuser sees all."""
    projects = Project.objects.order_by("name")
    return projects if user.is_superuser else projects.filter(memberships__user=user)
