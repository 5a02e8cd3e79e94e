"""A project's videos, and the search of its sentences."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vigil.annotations.overview import progress
from vigil.finding.conditions import Conditions
from vigil.finding.filters import ORDERS, VideoFilters
from vigil.finding.search_page import SearchAsked, search_shown
from vigil.finding.videos import cameras, facets, month_shown, rows, videos_page
from vigil.projects.models import Project
from vigil.projects.selectors import project_for
from vigil.registry.selectors import production_model

FIRST = ("state", "labelled", "judged", "questions", "camera", "label")
"""Filters that stand in the open; the others are behind "More filters"."""
MORE = ("review", "weak_label", "split", "dated", "day_from", "day_to", "score_from", "score_to")


@require_safe
@login_required
def project_videos(request: HttpRequest, slug: str) -> HttpResponse:
    """The project's videos, narrowed down and ordered by the query string; a part of the page for htmx."""
    project = project_for(user=request.user, slug=slug)
    filters = VideoFilters.of_query(request.GET)
    htmx: Any = getattr(request, "htmx", None)
    is_part = bool(htmx) and not htmx.history_restore_request
    template = "finding/_found.html" if is_part else "finding/project.html"
    answer = render(request, template, _videos_shown(request, project, filters))
    # The browser keeps the part and the page of one address apart.
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def _videos_shown(request: HttpRequest, project: Project, filters: VideoFilters) -> dict[str, Any]:
    user: Any = request.user
    model = production_model(project=project)
    conditions = Conditions(project=project, user=user, version=model)
    offered = {facet.name: facet for facet in facets(conditions=conditions, filters=filters)}
    views = (("list", _("List")), ("cards", _("Cards")), ("calendar", _("Calendar")), ("cameras", _("Cameras")))
    shown: dict[str, Any] = {
        "project": project,
        "active_tab": "videos",
        "progress": progress(projects=[project])[0],
        "model": model,
        "filters": filters,
        "facets_first": [offered[name] for name in FIRST if offered[name].options],
        "facets_more": [facet for name, facet in offered.items() if name not in FIRST],
        "is_more_open": filters.without(*MORE) != filters,
        "orders": [(value, _(title)) for value, title in ORDERS.items()],
        "views": [(view, title, replace(filters, view=view).address) for view, title in views],
    }
    if filters.view == "calendar":
        undated = replace(filters, view="list", dated="no", month=None).address
        month = month_shown(conditions=conditions, filters=filters)
        found = conditions.videos().filter(conditions.of(filters)).count()
        return shown | {"month": month, "undated_address": undated, "found": found}
    if filters.view == "cameras":
        listed = cameras(conditions=conditions, filters=filters)
        return shown | {"cameras": listed, "found": sum(one.videos for one in listed)}
    page = videos_page(conditions=conditions, filters=filters, number=request.GET.get("page"))
    address = filters.address
    return shown | {
        "page": page,
        "found": page.paginator.count,
        "rows": rows(conditions=conditions, ids=list(page.object_list)),
        "page_address": address if address == "?" else f"{address}&",
    }


@require_safe
@login_required
def search(request: HttpRequest, slug: str) -> HttpResponse:
    """Sentences that people and the model said about the project's videos; or moments like a given one."""
    project = project_for(user=request.user, slug=slug)
    asked = SearchAsked.of_query(request.GET)
    htmx: Any = getattr(request, "htmx", None)
    is_part = bool(htmx) and not htmx.history_restore_request
    template = "finding/_hits.html" if is_part else "finding/search.html"
    answer = render(request, template, search_shown(project=project, user=request.user, asked=asked))
    patch_vary_headers(answer, ["HX-Request"])
    return answer
