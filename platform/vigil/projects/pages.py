"""The members of a project, for its managers."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from vigil.accounts.models import Role
from vigil.projects.errors import Conflict, Invalid
from vigil.projects.members import member_add, member_remove, member_role_set, members_of, roles_to_give
from vigil.projects.selectors import project_for


@require_safe
@login_required
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody who works in the project, with their roles."""
    user: Any = request.user
    project = project_for(user=user, slug=slug, at_least=Role.MANAGER)
    roles = roles_to_give(user=user, project=project)
    context = {"project": project, "active_tab": "members", "members": members_of(project=project), "roles": roles}
    return render(request, "members.html", context)


@require_POST
@login_required
def member_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Makes an account a member."""
    user: Any = request.user
    project = project_for(user=user, slug=slug, at_least=Role.MANAGER)
    try:
        made = member_add(
            user=user, project=project, name=request.POST.get("name", ""), role=request.POST.get("role", "")
        )
    except (Invalid, Conflict) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s is a member now.") % {"name": made.user.username})
    return redirect("members", slug)


@require_POST
@login_required
def member_role(request: HttpRequest, slug: str, user_id: int) -> HttpResponse:
    """Gives a member another role."""
    user: Any = request.user
    project = project_for(user=user, slug=slug, at_least=Role.MANAGER)
    try:
        member_role_set(user=user, project=project, member_id=user_id, role=request.POST.get("role", ""))
    except (Invalid, Conflict) as error:
        messages.error(request, str(error))
    return redirect("members", slug)


@require_POST
@login_required
def member_out(request: HttpRequest, slug: str, user_id: int) -> HttpResponse:
    """Takes a member out of the project."""
    user: Any = request.user
    project = project_for(user=user, slug=slug, at_least=Role.MANAGER)
    try:
        member_remove(user=user, project=project, member_id=user_id)
    except Conflict as error:
        messages.error(request, str(error))
    return redirect("members" if user.pk != user_id else "home", *([slug] if user.pk != user_id else []))
