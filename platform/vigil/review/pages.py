"""The review queue, what was sent back, and the agreement of people who annotated the same videos."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotation_templates.loading import load_template
from vigil.accounts.models import Role
from vigil.accounts.selectors import has_role
from vigil.projects.errors import Invalid
from vigil.projects.models import Project
from vigil.projects.selectors import project_for
from vigil.review.comments import unresolved_of
from vigil.review.comparing import pairs_of_video, project_agreement
from vigil.review.double import blind_videos, rule_of, second_readings_of
from vigil.review.queue import STATES, authors_of, review_lines, review_queue
from vigil.review.selectors import sent_back_to
from vigil.review.services import double_annotation_set
from vigil.videos.selectors import video_for

LINES_A_PAGE = 50
COMMENTS_SHOWN = 20


@require_safe
@login_required
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """What waits for this person: annotations to review, segments sent back to them, second readings, open comments."""
    user = _person(request)
    project = project_for(user=user, slug=slug, at_least=Role.ANNOTATOR)
    hidden = blind_videos(project=project, user=user)
    comments = unresolved_of(project_id=project.pk, user=user, hidden=hidden).select_related("video", "author")
    context = {
        "project": project,
        "active_tab": "review",
        "sent_back": sent_back_to(user=user, project=project),
        "second_readings": list(second_readings_of(user=user, project=project)),
        "comments": comments.order_by("-pk")[:COMMENTS_SHOWN],
        "comments_count": comments.count(),
    }
    if has_role(user=user, project_id=project.pk, at_least=Role.REVIEWER):
        context.update(_queue(request, project, user))
    return render(request, "review/review.html", context)


def _queue(request: HttpRequest, project: Project, user: Any) -> dict[str, Any]:
    state = request.GET.get("state", "waiting")
    state = state if state in STATES else "waiting"
    authors = authors_of(project=project, user=user)
    author = request.GET.get("author", "")
    author = author if author in authors else ""
    listed = review_queue(project=project, user=user, state=state, author=author).prefetch_related("segments")
    page = Paginator(listed, LINES_A_PAGE).get_page(request.GET.get("page"))
    counts = {one: review_queue(project=project, user=user, state=one, author="").count() for one in STATES}
    return {
        "reviews": True,
        "page": page,
        "lines": review_lines(page.object_list),
        "state": state,
        "author": author,
        "authors": authors,
        "counts": counts,
    }


@require_safe
@login_required
def agreement(request: HttpRequest, slug: str) -> HttpResponse:
    """How far each two people of the project agree, and, for managers, which videos are annotated twice."""
    user = _person(request)
    project = project_for(user=user, slug=slug)
    figures = project_agreement(project=project, user=user, number=request.GET.get("page"))
    context = {"project": project, "active_tab": "review", "rule": rule_of(project=project), **figures}
    return render(request, "review/agreement.html", {**context, "titles": _titles(request, project)})


@require_safe
@login_required
def video_agreement(request: HttpRequest, video_id: int) -> HttpResponse:
    """What each two people marked in one video, on one axis of time."""
    user = _person(request)
    video = video_for(user=user, video_id=video_id)
    found = pairs_of_video(video=video, user=user)
    context = {"project": video.project, "active_tab": "review", "video": video, **(vars(found) if found else {})}
    titles = _titles(request, video.project)
    return render(request, "review/video_agreement.html", {**context, "is_blind": found is None, "titles": titles})


@require_POST
@login_required
def double_annotation(request: HttpRequest, slug: str) -> HttpResponse:
    """Sets which share of the videos two people annotate."""
    user = _person(request)
    project = project_for(user=user, slug=slug, at_least=Role.MANAGER)
    given = request.POST.get("share_percent", "")
    try:
        if not given.isdecimal() or len(given) > 3:
            raise Invalid(_("The share of videos is a percentage from 0 to 100."))
        is_blind = request.POST.get("is_blind") == "on"
        double_annotation_set(user=user, project=project, share_percent=int(given), is_blind=is_blind)
    except Invalid as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved. Who comes second on a video is asked on their review page."))
    return redirect("agreement", slug)


def _titles(request: HttpRequest, project: Project) -> dict[str, str]:
    """Title of each label of the template in the reader's language."""
    template = load_template(project.template)
    spoken = getattr(request, "LANGUAGE_CODE", "en").lower()
    language = next((code for code in template.languages if code.lower() == spoken), "en")
    return {label.name: label.title(language) for label in template.labels}


def _person(request: HttpRequest) -> Any:
    """The logged-in user; `login_required` has made sure that there is one."""
    return request.user
