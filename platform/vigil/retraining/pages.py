"""The training page: start a run, watch it, compare candidate and production, promote or roll back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from vigil.accounts.models import Role
from vigil.projects.errors import Conflict, Invalid, Missing
from vigil.projects.models import Project
from vigil.projects.selectors import project_for
from vigil.retraining.overview import live_context, page_context
from vigil.retraining.selectors import run_for
from vigil.retraining.services.promotion import candidate_promote, production_rollback
from vigil.retraining.services.requests import run_cancel, run_request, run_retry


@require_safe
@login_required
def training(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole page."""
    project = _managed(request, slug)
    context = {"project": project, "active_tab": "training", **page_context(project=project)}
    return render(request, "retraining/training.html", context)


@require_safe
@never_cache
@login_required
def training_live(request: HttpRequest, slug: str) -> HttpResponse:
    """The part that changes while a run is active. When it ended, the browser loads the whole page anew."""
    project = _managed(request, slug)
    context = live_context(project=project)
    response = render(request, "retraining/_live.html", {"project": project, **context})
    if not context["is_live"]:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@login_required
def run_start(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks for a run with the phases ticked."""
    project = _managed(request, slug)
    phases = [int(phase) for phase in request.POST.getlist("phases") if phase.isdecimal()]
    profile = request.POST.get("profile", "")

    def start() -> str:
        run = run_request(user=_person(request), project=project, phases=phases, profile=profile)
        return _("Training run %(run)s waits for a worker.") % {"run": run.pk}

    return _done(request, project, start)


@require_POST
@login_required
def run_cancelled(request: HttpRequest, run_id: int) -> HttpResponse:
    """Calls a run off."""
    run = run_for(user=request.user, run_id=run_id, at_least=Role.MANAGER)

    def cancel() -> str:
        run_cancel(user=_person(request), run=run)
        return _("Training run %(run)s is cancelled. Retry goes on from its last checkpoint.") % {"run": run.pk}

    return _done(request, run.project, cancel)


@require_POST
@login_required
def run_retried(request: HttpRequest, run_id: int) -> HttpResponse:
    """Queues a failed or cancelled run again."""
    run = run_for(user=request.user, run_id=run_id, at_least=Role.MANAGER)

    def retry() -> str:
        run_retry(user=_person(request), run=run)
        return _("Training run %(run)s waits for a worker and goes on from its last checkpoint.") % {"run": run.pk}

    return _done(request, run.project, retry)


@require_POST
@login_required
def model_promoted(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Puts a version into production."""
    project = _managed(request, slug)

    def promote() -> str:
        version = candidate_promote(user=_person(request), project=project, name=name)
        return _("%(model)s is in production. Its pre-labels are being made.") % {"model": version.name}

    return _done(request, project, promote)


@require_POST
@login_required
def production_rolled_back(request: HttpRequest, slug: str) -> HttpResponse:
    """Puts the version before back into production."""
    project = _managed(request, slug)

    def roll_back() -> str:
        version = production_rollback(user=_person(request), project=project)
        return _("%(model)s is in production again.") % {"model": version.name}

    return _done(request, project, roll_back)


def _done(request: HttpRequest, project: Project, act: Callable[[], str]) -> HttpResponse:
    """Back to the page, with what happened or why it did not."""
    try:
        messages.success(request, act())
    except (Conflict, Invalid, Missing) as error:
        messages.error(request, str(error))
    return redirect("training", project.slug)


def _managed(request: HttpRequest, slug: str) -> Project:
    return project_for(user=request.user, slug=slug, at_least=Role.MANAGER)


def _person(request: HttpRequest) -> Any:
    """The logged-in user; `login_required` has made sure that there is one."""
    return request.user
