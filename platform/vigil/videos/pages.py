"""The upload page, the report of an import, and Retry for a video in quarantine."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect, ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotation_templates.loading import load_template
from vigil.accounts.models import Role
from vigil.projects.errors import Missing
from vigil.projects.selectors import project_for
from vigil.videos.models import Split
from vigil.videos.processing import video_retry
from vigil.videos.selectors import import_counts, import_for, import_items, imports_of, is_unfinished, video_for
from vigil.videos.uploading import labels_of_form, upload_accepted, uploads_import

ITEMS_A_PAGE = 200
IMPORTS_SHOWN = 10


# The token of a form stands in its body, and Django would read the whole body to find it before anybody asked who
# sends it. So the outer view looks at person, role, size and disk first, and the inner one checks the token.
@csrf_exempt
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """The upload form, and the upload itself; managers only."""
    project_for(user=request.user, slug=slug, at_least=Role.MANAGER)
    if request.method == "POST":
        upload_accepted(request)
        return _upload_received(request, slug)
    return _upload_form(request, slug)


@csrf_protect
def _upload_received(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for(user=request.user, slug=slug, at_least=Role.MANAGER)
    form = {name: request.POST.get(name, "") for name in ("label", "group", "split")}
    labels = labels_of_form(project=project, **form)
    uploads = request.FILES.getlist("files")
    user: Any = request.user
    report = uploads_import(project=project, uploads=uploads, labels=labels, user=user)
    for notice in report.notices:
        messages.info(request, notice)
    return redirect("videos:import", slug=slug, import_id=report.import_id)


@ensure_csrf_cookie
def _upload_form(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for(user=request.user, slug=slug, at_least=Role.MANAGER)
    return render(
        request,
        "videos/upload.html",
        {
            "project": project,
            "active_tab": "videos",
            "classes": load_template(project.template).labels,
            "splits": Split.values,
            "imports": [(job, import_counts(job)) for job in imports_of(project=project)[:IMPORTS_SHOWN]],
        },
    )


@require_safe
@login_required
def import_report(request: HttpRequest, slug: str, import_id: int) -> HttpResponse:
    """What became of each file of an import; renews itself until all videos are ready."""
    job = import_for(user=request.user, import_id=import_id, at_least=Role.MANAGER)
    if job.project.slug != slug:
        raise Missing(
            _("There is no import %(import_id)s in project %(slug)r.") % {"import_id": import_id, "slug": slug}
        )
    return render(
        request,
        "videos/import.html",
        {
            "project": job.project,
            "active_tab": "videos",
            "job": job,
            "counts": import_counts(job),
            "is_unfinished": is_unfinished(job),
            "page": Paginator(import_items(job), ITEMS_A_PAGE).get_page(request.GET.get("page")),
        },
    )


@require_POST
@login_required
def retry(request: HttpRequest, video_id: int) -> HttpResponse:
    """Queues a video in quarantine again."""
    video = video_for(user=request.user, video_id=video_id, at_least=Role.MANAGER)
    user: Any = request.user
    video_retry(video=video, user=user)
    messages.success(request, _("%(video)s is queued again.") % {"video": video.name})
    latest = video.import_items.order_by("-pk").first()
    if latest is None:
        return redirect("project", video.project.slug)
    return redirect("videos:import", slug=video.project.slug, import_id=latest.job_id)
