"""What the review tests need inside the installation: videos of their own, already annotated."""

import tempfile
from pathlib import Path
from typing import Any

from tests.browser.seeding import PEOPLE, film, prediction_add
from vigil.accounts.models import User
from vigil.accounts.services import membership_set
from vigil.annotations.models import Annotation
from vigil.annotations.schemas import DocumentIn
from vigil.annotations.selectors import workbench_document
from vigil.annotations.services import annotation_open, annotation_save, annotation_submit
from vigil.projects.models import Project
from vigil.projects.services import project_get_or_create
from vigil.registry.models import ModelState, ModelVersion
from vigil.review.services import double_annotation_set, second_readings_ask
from vigil.snapshots.counting import counts_now
from vigil.videos.models import Video
from vigil.videos.processing import process_next
from vigil.videos.services import videos_import

KEYS = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"]


def project_fill(*, name: str, videos: int = 1) -> dict[str, Any]:
    """A project with the desk's people and `videos` ready films with two suggestions each."""
    project, _ = project_get_or_create(name=name)
    for person, role in PEOPLE.items():
        membership_set(user=User.objects.get(username=person), project_id=project.pk, role=role)
    version, _ = ModelVersion.objects.get_or_create(
        project=project, number=1,
        defaults={"profile": "tiny", "artefact": name, "artefact_sha256": "0" * 64, "state": ModelState.PRODUCTION},
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="vigil-test-review-") as folder:
        seed = sum(map(ord, name))
        files = [film(Path(folder) / f"{project.slug}_{n}.mp4", seconds=20, seed=seed + n) for n in range(videos)]
        videos_import(project=project, paths=files)
    while process_next():
        pass
    ready = list(Video.objects.filter(project=project).order_by("name"))
    for video in ready:
        prediction_add(version, video)
    return {"slug": project.slug, "videos": [video.pk for video in ready]}


def annotate(*, name: str, video_id: int, spans: list[list[int]], is_submitted: bool = True) -> int:
    """The person's annotation with a fight in each span; its id."""
    user, video = User.objects.get(username=name), Video.objects.get(pk=video_id)
    annotation = annotation_open(user=user, video=video)
    common = {"label": "Fighting", "explanation": "Two men fight."}
    segments = [{"key": KEYS[n], "start_ms": start, "end_ms": end, **common} for n, (start, end) in enumerate(spans)]
    document = DocumentIn.model_validate({"segments": segments, "is_fully_watched": True})
    saved = annotation_save(user=user, annotation_id=annotation.pk, revision=annotation.revision, document=document)
    if is_submitted:
        annotation_submit(user=user, annotation_id=saved.pk, revision=saved.revision)
        second_readings_ask(project=video.project)
    return saved.pk


def annotate_twice_blind(*, slug: str) -> dict[str, Any]:
    """Every video of the project is annotated twice, blind."""
    project = Project.objects.get(slug=slug)
    rule = double_annotation_set(
        user=User.objects.get(username="max"), project=project, share_percent=100, is_blind=True
    )
    return {"share_percent": rule.share_percent}


def told(*, annotation_id: int) -> dict[str, Any]:
    """The annotation as it is stored, with who saved each revision, and what a snapshot would hold."""
    annotation = Annotation.objects.get(pk=annotation_id)
    return {
        "document": workbench_document(annotation),
        "state": annotation.state,
        "saved_by": list(annotation.revisions.order_by("number").values_list("saved_by__username", flat=True)),
        "sent_back": list(annotation.reviews.order_by("pk").values_list("is_sent_back", flat=True)),
        "counts": counts_now(project=annotation.video.project),
    }
