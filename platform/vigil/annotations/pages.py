"""The home page, and the page that hosts the workbench."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from vigil.annotations.overview import progress_of
from vigil.annotations.workbench import scores_url
from vigil.predictions.selectors import prediction_id_of
from vigil.projects.errors import Conflict, Invalid, NotAllowed
from vigil.projects.services import project_create
from vigil.videos.models import Video
from vigil.videos.selectors import rendition_urls, video_for


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
        raise NotAllowed(_("Only an administrator makes projects; ask one, or run import_videos at the machine."))
    try:
        project = project_create(name=request.POST.get("name", ""), user=user)
    except (Conflict, Invalid) as error:
        messages.error(request, str(error))
        return redirect("home")
    return redirect("project", project.slug)


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
