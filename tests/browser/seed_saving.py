"""What the browser tests of saving need from inside an installation; plain JSON values go in and out."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib.sessions.models import Session

from tests.browser.seeding import film, prediction_add
from vigil.accounts.models import User
from vigil.annotations.models import Annotation
from vigil.annotations.schemas import DocumentIn
from vigil.annotations.selectors import workbench_document
from vigil.annotations.services import annotation_open, annotation_save
from vigil.projects.selectors import project_by_name
from vigil.registry.models import ModelVersion
from vigil.videos.models import Video
from vigil.videos.processing import process_next
from vigil.videos.services import videos_import


def films_add(*, project: str, names: list[str]) -> dict[str, int]:
    """Ready films of nine seconds with two suggestions each: their ids by name."""
    owner = project_by_name(name=project)
    with TemporaryDirectory() as folder:
        files = [film(Path(folder) / f"{name}.mp4", seconds=9, fps=10, seed=40 + n) for n, name in enumerate(names)]
        videos_import(project=owner, paths=files)
        while process_next():
            pass
    version = ModelVersion.objects.get(project=owner)
    found = {name: Video.objects.get(project=owner, name__startswith=name) for name in names}
    for video in found.values():
        prediction_add(version, video)
    return {name: video.pk for name, video in found.items()}


def work_of(*, video_id: int, name: str) -> dict[str, Any]:
    """A person's annotation as the server has it."""
    annotation = Annotation.objects.get(video_id=video_id, user__username=name)
    return {"id": annotation.pk, "revision": annotation.revision, "document": workbench_document(annotation)}


def work_save(*, video_id: int, name: str, by: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Somebody (`by`) saves an annotation with a change of each of its segments."""
    annotation = annotation_open(user=User.objects.get(username=name), video=Video.objects.get(pk=video_id))
    document = workbench_document(annotation)
    document["segments"] = [{**segment, **changes} for segment in document["segments"]]
    annotation_save(
        user=User.objects.get(username=by),
        annotation_id=annotation.pk,
        revision=annotation.revision,
        document=DocumentIn.model_validate(document),
    )
    return work_of(video_id=video_id, name=name)


def logins_end(*, name: str) -> int:
    """Ends every session of a person; how many there were."""
    person = str(User.objects.get(username=name).pk)
    theirs = [session.pk for session in Session.objects.all() if session.get_decoded().get("_auth_user_id") == person]
    return Session.objects.filter(pk__in=theirs).delete()[0]


def work_delete(*, video_id: int, name: str) -> int:
    """Deletes a person's annotation, as an administrator may; how many rows went."""
    return Annotation.objects.filter(video_id=video_id, user__username=name).delete()[0]


def film_cut(*, video_id: int, duration_ms: int) -> int:
    """Makes a film as long as said, whatever a page believes that is open already."""
    return Video.objects.filter(pk=video_id).update(duration_ms=duration_ms)
