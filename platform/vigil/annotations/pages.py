"""The home page, a project's videos, and the page that hosts the workbench."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from vigil.annotations.overview import (
    LABELLED,
    ORDERS,
    STATES,
    VideoFilters,
    progress,
    progress_of,
    sparklines,
    videos_listed,
)
from vigil.annotations.workbench import scores_url
from vigil.predictions.selectors import prediction_id_of
from vigil.projects.errors import Conflict, Invalid, NotAllowed
from vigil.projects.selectors import project_for
from vigil.projects.services import project_create
from vigil.registry.selectors import production_model
from vigil.videos.models import Split, Video, WeakLabel
from vigil.videos.selectors import rendition_urls, video_for

VIDEOS_A_PAGE = 50


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Every project of the person with its progress."""
    return render(request, "home.html", {"projects": progress_of(user=_person(request))})


@require_POST
@login_required
def project_add(request: HttpRequest) -> HttpResponse:
    """A new project, for an admin of the installation."""
    user = _person(request)
    if not user.is_superuser:
        raise NotAllowed("Only an administrator makes projects; ask one, or run import_videos at the machine.")
    try:
        project = project_create(name=request.POST.get("name", ""), user=user)
    except (Conflict, Invalid) as error:
        messages.error(request, str(error))
        return redirect("home")
    return redirect("project", project.slug)


@require_safe
@login_required
def project_videos(request: HttpRequest, slug: str) -> HttpResponse:
    """The project's videos, narrowed down and ordered by the query string."""
    project = project_for(user=request.user, slug=slug)
    filters = VideoFilters.of_query(request.GET)
    page = Paginator(videos_listed(project=project, filters=filters), VIDEOS_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "project.html",
        {
            "project": project,
            "active_tab": "videos",
            "progress": progress(projects=[project])[0],
            "filters": filters,
            "page": page,
            "sparklines": sparklines(project=project, videos=list(page.object_list)),
            "model": production_model(project=project),
            "choices": {
                "state": list(STATES),
                "split": Split.values,
                "weak_label": WeakLabel.values,
                "labelled": list(LABELLED),
            },
            "orders": list(ORDERS),
        },
    )


@require_safe
@login_required
@ensure_csrf_cookie
def workbench(request: HttpRequest, video_id: int) -> HttpResponse:
    """The page that hosts the workbench of one video; the rest comes through the API."""
    video = video_for(user=_person(request), video_id=video_id)
    question, annotation = (_number(request, name) for name in ("question", "annotation"))
    return render(
        request,
        "workbench.html",
        {
            "project": video.project,
            "active_tab": "videos",
            "video": video,
            "question_id": question,
            "early": early_fetches(video, question, annotation),
        },
    )


def _number(request: HttpRequest, name: str) -> str:
    """A number of the address, or nothing."""
    given = request.GET.get(name, "")
    return given if given.isdecimal() else ""


def early_fetches(video: Video, question_id: str, annotation_id: str = "") -> list[dict[str, str]]:
    """What the workbench's script will ask for first, so that the browser fetches it while the script still loads."""
    own = f"/api/videos/{video.pk}/workbench?scores=apart" + (f"&question={question_id}" if question_id else "")
    opened = f"/api/annotations/{annotation_id}/workbench" if annotation_id else own
    prediction_id = prediction_id_of(video=video)
    filmstrip = rendition_urls(video)["filmstrip"]
    return [
        {"href": opened, "kind": "fetch"},
        *([{"href": scores_url(video.pk, prediction_id), "kind": "fetch"}] if prediction_id else []),
        *([{"href": filmstrip["url"], "kind": "image"}] if filmstrip else []),
    ]


def _person(request: HttpRequest) -> Any:
    """The logged-in user; `login_required` has made sure that there is one."""
    return request.user
