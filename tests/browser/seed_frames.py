"""Imports the numbered films into a running installation, see `Desk.call`."""

from fractions import Fraction
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from tests.browser.numbered import PLAIN, even, numbered_films, write_numbered
from tests.functional.installation import until
from vigil.accounts.models import Role, User
from vigil.accounts.services import membership_set
from vigil.projects.models import Project
from vigil.projects.services import project_get_or_create
from vigil.videos.models import Video
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
