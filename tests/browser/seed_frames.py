"""Imports the numbered films into a running installation, see `Desk.call`."""

from pathlib import Path
from typing import Any

from tests.browser.numbered import numbered_films
from vigil.accounts.models import Role, User
from vigil.accounts.services import membership_set
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
    while process_next(of=Video.objects.filter(project=project)):
        pass
    videos = Video.objects.filter(project=project)
    return {
        video.name: {"id": video.pk, "frames": video.frame_count, "state": video.state, "error": video.error}
        for video in videos
    }
