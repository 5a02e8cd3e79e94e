"""The export page: choose a format, watch it being made, fetch the zip file."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from vigil.accounts.models import Role
from vigil.interop.formats.known import DESCRIPTIONS, TITLES
from vigil.interop.selectors import commanded_exports_of, request_for, requests_of
from vigil.interop.services.requests import export_request, zip_path
from vigil.projects.errors import Conflict, Gone, Invalid, Missing
from vigil.projects.models import Project
from vigil.projects.selectors import project_for
from vigil.snapshots.counting import counts_now
from vigil.videos.byte_ranges import file_response

SHOWN = 20


@require_safe
@login_required
def export_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole page."""
    project = _managed(request, slug)
    context = {
        "project": project,
        "active_tab": "export",
        "formats": [(name, title, DESCRIPTIONS[name]) for name, title in TITLES.items()],
        "counts": counts_now(project=project),
        **_list_context(project),
    }
    return render(request, "interop/export.html", context)


@require_safe
@never_cache
@login_required
def export_live(request: HttpRequest, slug: str) -> HttpResponse:
    """The list, asked for again and again while an export is being made."""
    project = _managed(request, slug)
    return render(request, "interop/_exports.html", {"project": project, **_list_context(project)})


@require_POST
@login_required
def export_start(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks for an export in the chosen format."""
    project = _managed(request, slug)
    try:
        asked = export_request(user=_person(request), project=project, format=request.POST.get("format", ""))
        messages.success(request, _("Export %(export)s is being made.") % {"export": asked.pk})
    except (Conflict, Invalid) as error:
        messages.error(request, str(error))
    return redirect("export", project.slug)


@require_safe
@login_required
def export_download(request: HttpRequest, export_id: int) -> HttpResponseBase:
    """The zip file of a finished export."""
    asked = request_for(user=request.user, request_id=export_id)
    if asked.export is None:
        raise Missing(
            _("Export %(export)s is not there yet; its state is %(state)s.")
            % {"export": asked.pk, "state": _(asked.state)}
        )
    try:
        response = file_response(request, zip_path(asked), "application/zip")
    except FileNotFoundError as error:
        raise Gone(
            _("The file of export %(export)s is not on this disk any more; make the export again.")
            % {"export": asked.pk}
        ) from error
    response["Content-Disposition"] = f'attachment; filename="{asked.project.slug}-{asked.format}-{asked.pk}.zip"'
    return response


def _list_context(project: Project) -> dict[str, Any]:
    asked = list(requests_of(project=project)[:SHOWN])
    return {
        "requests": asked,
        "is_live": any(not one.is_finished for one in asked),
        "commanded": commanded_exports_of(project=project)[:SHOWN],
    }


def _managed(request: HttpRequest, slug: str) -> Project:
    return project_for(user=request.user, slug=slug, at_least=Role.MANAGER)


def _person(request: HttpRequest) -> Any:
    """The logged-in user; `login_required` has made sure that there is one."""
    return request.user
