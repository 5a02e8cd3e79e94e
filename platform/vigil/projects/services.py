"""Makes projects."""

import zlib

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from annotation_templates.loading import TemplateError, load_template
from vigil.accounts.models import Role, User
from vigil.accounts.services import audit_record, membership_set
from vigil.projects.errors import Conflict, Invalid
from vigil.projects.models import Project

NAME_MAX = 120


def project_create(*, name: str, user: User | None, template: str = "surveillance") -> Project:
    """A new project; the person who makes it becomes its owner.

    Raises:
        Invalid: the name has no letter or digit or is too long, or there is no such template.
        Conflict: the name is taken.
    """
    name = " ".join(name.split())
    if not any(map(str.isalnum, name)) or len(name) > NAME_MAX or not name.isprintable():
        raise Invalid(
            _("A project's name needs a letter or digit and at most %(most)s characters; got %(name)r.")
            % {"most": NAME_MAX, "name": name[:40]}
        )
    try:
        load_template(template)
    except TemplateError as error:
        raise Invalid(str(error)) from error
    try:
        with transaction.atomic():
            project = Project.objects.create(
                name=name, slug=_free_slug(_slug(name)), template=template, created_by=user
            )
            if user is not None:
                membership_set(user=user, project_id=project.pk, role=Role.OWNER, actor=user)
            audit_record(actor=user, action="project.create", target=name)
    except IntegrityError as error:
        raise Conflict(
            _("There is already a project called %(name)r; choose another name.") % {"name": name}
        ) from error
    return project


def project_get_or_create(*, name: str, user: User | None = None) -> tuple[Project, bool]:
    """The project with this name or slug, made if it is new, and whether it was made."""
    project = Project.objects.filter(name=name).first() or Project.objects.filter(slug=name).first()
    if project is not None:
        return project, False
    return project_create(name=name, user=user), True


def _slug(name: str) -> str:
    """The name as addresses carry it: ASCII, so one in another script goes by a number made from it."""
    return slugify(name) or f"project-{zlib.crc32(name.encode()):08x}"


def _free_slug(slug: str) -> str:
    """`slug`, or with the first free number behind it: two names may give the same slug."""
    taken = set(Project.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    number, free = 1, slug
    while free in taken:
        number += 1
        free = f"{slug}-{number}"
    return free
