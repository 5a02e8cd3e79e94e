"""The page that hosts the glance and verify questions."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from vigil.projects.selectors import project_for


@require_safe
@login_required
@ensure_csrf_cookie
def questions(request: HttpRequest, slug: str) -> HttpResponse:
    """One question after the other; the rest comes through the API. A viewer is told that they may look only."""
    project = project_for(user=request.user, slug=slug)
    return render(request, "questions.html", {"project": project, "active_tab": "questions"})
