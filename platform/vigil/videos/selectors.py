"""Videos as a person, a worker or the model may see them."""

from pathlib import Path
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from ml.contracts import VideoRef
from vigil.accounts.models import Role, User
from vigil.projects.errors import Missing
from vigil.projects.models import Project
from vigil.projects.selectors import role_required
from vigil.projects.work import WorkState
from vigil.videos.frame_times import unpack
from vigil.videos.models import FrameTimes, ImportItem, ImportJob, Rendition, Video
from vigil.videos.storage import media_path


def video_for(*, user: User | AnonymousUser, video_id: int, at_least: Role = Role.VIEWER) -> Video:
    """The video, if the person's role in its project reaches `at_least`.

    Raises:
        Missing: no such video, or a stranger; NotAllowed: the role is too low.
    """
    missing = _("There is no video %(video_id)s here, or you are not a member of its project.") % {"video_id": video_id}
    video: Video | None = Video.objects.select_related("project").filter(pk=video_id).first()
    if video is None:
        raise Missing(missing)
    role_required(user=user, project_id=video.project_id, at_least=at_least, missing=missing)
    return video


def import_for(*, user: User | AnonymousUser, import_id: int, at_least: Role = Role.VIEWER) -> ImportJob:
    """The import with its project, if the person's role reaches `at_least`."""
    missing = _("There is no import %(import_id)s here, or you are not a member of its project.") % {
        "import_id": import_id
    }
    job = ImportJob.objects.select_related("project", "created_by").filter(pk=import_id).first()
    if job is None:
        raise Missing(missing)
    role_required(user=user, project_id=job.project_id, at_least=at_least, missing=missing)
    return job


def import_items(job: ImportJob) -> QuerySet[ImportItem]:
    """The files of an import with their videos, in the order they came."""
    return job.items.select_related("video").order_by("pk")


def import_counts(job: ImportJob) -> dict[str, int]:
    """How many files had which outcome."""
    rows = job.items.order_by().values("outcome").annotate(count=Count("pk"))
    return {row["outcome"]: row["count"] for row in rows}


def is_in_a_snapshot(video: Video) -> bool:
    """Whether a snapshot holds the video among what is trained on, so that a model may have learned from it."""
    line = {"videos": [{"video": {"key": video.sha256}}]}
    return video.project.snapshots.filter(manifest__contains=line).exists()


def is_unfinished(job: ImportJob) -> bool:
    """Whether the import itself or one of its videos is still being worked on."""
    if job.finished_at is None:
        return True
    states = [WorkState.QUEUED, WorkState.RUNNING]
    return job.items.filter(video__state__in=states).exists()


def imports_of(*, project: Project) -> QuerySet[ImportJob]:
    """The project's imports, latest first."""
    return project.imports.select_related("created_by").order_by("-pk")


def videos_of(*, project: Project) -> QuerySet[Video]:
    """All videos of the project by name, renditions at hand."""
    return project.videos.prefetch_related(Prefetch("renditions", Rendition.objects.order_by("kind"))).order_by("name")


def quarantined_of(*, project: Project) -> QuerySet[Video]:
    """Videos that could not be made ready, with the reason in `error`."""
    return project.videos.filter(state=WorkState.FAILED).order_by("name")


def queued_before(video: Video) -> int:
    """How many videos, of all projects, are made ready before this one."""
    return Video.objects.unfinished().filter(pk__lt=video.pk).count()


def original_path(video: Video) -> Path:
    """The kept original on this machine."""
    return media_path(video.original)


def frame_times_ms(video: Video) -> list[int]:
    """Presentation time of every frame in milliseconds, counted from the first."""
    return unpack(frame_times_packed(video))


def frame_times_packed(video: Video) -> bytes:
    """The same as it is stored: zlib of little-endian int32 milliseconds.

    Raises:
        FrameTimes.DoesNotExist: nobody has looked at the file's frames.
    """
    packed: Any = FrameTimes.objects.values_list("packed", flat=True).get(video=video)
    return bytes(packed)


def rendition_urls(video: Video) -> dict[str, Any]:
    """`proxy_url`, `poster_url` and `filmstrip` (with its geometry) as the API gives them; None where not made yet."""
    renditions = {rendition.kind: rendition for rendition in video.renditions.all()}

    def url(kind: str) -> str | None:
        if kind not in renditions:
            return None
        # The version lets a browser keep the file for good: what is rendered anew gets a new address.
        return f"{reverse('videos:media', args=[video.pk, kind])}?v={renditions[kind].pk}"

    strip_url = url("filmstrip")
    strip = {"url": strip_url, **renditions["filmstrip"].geometry} if strip_url else None
    return {"proxy_url": url("proxy"), "poster_url": url("poster"), "filmstrip": strip}


def video_ref(video: Video) -> VideoRef:
    """What the model needs to know of a video."""
    return VideoRef(
        key=video.sha256,
        name=video.name,
        path=str(original_path(video)),
        duration_ms=video.duration_ms,
        weak_label=video.weak_label,
        classes=tuple(video.classes),
        split=video.split,
        group=video.group,
    )
