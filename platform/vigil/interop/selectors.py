"""Reads exports; hands them out only to those who may see them."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from vigil.accounts.models import Role, User
from vigil.interop.models import ExportRequest
from vigil.projects.errors import Missing
from vigil.projects.models import Project
from vigil.projects.selectors import role_required
from vigil.snapshots.models import DatasetExport


def request_for(*, user: User | AnonymousUser, request_id: int) -> ExportRequest:
    """The export that was asked for on the page, for managers of its project.

    Raises:
        Missing: no such export, or a stranger; NotAllowed: the role is too low.
    """
    missing = _("There is no export %(request_id)s here, or you are not a member of its project.") % {
        "request_id": request_id
    }
    known = ExportRequest.objects.select_related("project", "export__snapshot")
    found: ExportRequest | None = known.filter(pk=request_id).first()
    if found is None:
        raise Missing(missing)
    role_required(user=user, project_id=found.project_id, at_least=Role.MANAGER, missing=missing)
    return found


def requests_of(*, project: Project) -> QuerySet[ExportRequest]:
    """Exports asked for on the page, newest first."""
    found = ExportRequest.objects.filter(project=project).order_by("-pk")
    return found.select_related("export__snapshot", "requested_by")


def commanded_exports_of(*, project: Project) -> QuerySet[DatasetExport]:
    """Exports made on the command line, newest first."""
    found = DatasetExport.objects.filter(snapshot__project=project, request=None).order_by("-pk")
    return found.select_related("snapshot", "created_by")
