"""Imports the numbered films into a running installation, see `Desk.call`."""

from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from tests.browser.numbered import PLAIN, even, numbered_films, write_numbered
from tests.browser.seeding import prediction_add
from tests.factories import ModelVersionFactory
from tests.functional.installation import until
from vigil.accounts.models import Role, User
from vigil.accounts.services import membership_set
from vigil.predictions.models import PrelabelRequest
from vigil.projects.models import Project
from vigil.projects.services import project_get_or_create
from vigil.projects.work import WorkState
from vigil.registry.models import ModelState, ModelVersion
from vigil.videos.models import Rendition, Video
from vigil.videos.processing import process_next
from vigil.videos.services import videos_import


def numbered_import(*, project_name: str, folder: str, annotator: str) -> dict[str, Any]:
    """Every film, ready; by its name the id and how many frames the table has."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    project, _ = project_get_or_create(name=project_name)
    membership_set(user=User.objects.get(username=annotator), project_id=project.pk, role=Role.ANNOTATOR)
    files = {path.name: name for name, path in numbered_films(place)}
    videos_import(project=project, paths=[place / name for name in files])
    videos = _made_ready(project)
    return {
        video.name: {"id": video.pk, "frames": video.frame_count, "state": video.state, "error": video.error}
        for video in videos
    }


def _made_ready(project: Project) -> "QuerySet[Video]":
    """The project's videos, once this process and the installation's own worker have made them ready between them."""
    videos: QuerySet[Video] = Video.objects.filter(project=project)
    until(
        lambda: not process_next(of=videos) and not Video.objects.filter(project=project).unfinished().exists(), "films"
    )
    return videos


def film_import(*, project_name: str, folder: str, annotator: str) -> dict[str, Any]:
    """One film of eight seconds at 25 frames a second, ready, without any prediction."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    project, _ = project_get_or_create(name=project_name)
    membership_set(user=User.objects.get(username=annotator), project_id=project.pk, role=Role.ANNOTATOR)
    film = write_numbered(place / "film.mkv", even(200, 1), Fraction(1, 25), PLAIN)
    videos_import(project=project, paths=[film])
    video = _made_ready(project).get()
    return {"id": video.pk, "slug": project.slug, "state": video.state}


def unready(*, video_id: int, state: str, error: str = "", progress: float = 0.0) -> None:
    """The video as it is before there is a playable copy. No worker takes it: its heart beats on in the future."""
    Rendition.objects.filter(video_id=video_id).delete()
    Video.objects.filter(pk=video_id).update(
        state=state, error=error, progress=progress, attempts=1, heartbeat_at=timezone.now() + timedelta(hours=1)
    )


def ready(*, video_id: int) -> None:
    """The video with everything made, whatever it was before."""
    if not Rendition.objects.filter(video_id=video_id).exists():
        Video.objects.filter(pk=video_id).update(state=WorkState.QUEUED, attempts=0, heartbeat_at=None)
        _made_ready(Video.objects.get(pk=video_id).project)


def _production(video: Video) -> ModelVersion:
    made = ModelVersion.objects.filter(project=video.project).first()
    return made or ModelVersionFactory(project=video.project, number=1, state=ModelState.PRODUCTION)


def awaiting(*, video_id: int, state: str, error: str = "") -> None:
    """The video in the queue of a model in production, as far as `state`."""
    video = Video.objects.get(pk=video_id)
    beat = timezone.now() + timedelta(hours=1)
    PrelabelRequest.objects.update_or_create(
        video=video, model_version=_production(video),
        # Queued for good: the worker that looks for rows does not find this one.
        defaults={"state": state, "error": error, "heartbeat_at": beat},
    )  # fmt: skip


def predicted(*, video_id: int) -> None:
    """The prediction has come."""
    video = Video.objects.get(pk=video_id)
    prediction_add(_production(video), video)
