"""A project for finding things: two cameras over three days, embeddings that tell two kinds of moment apart."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.browser.seeding import film, prediction_add
from tests.factories import ModelVersionFactory
from tests.platform.predictions.embedded import embedded
from vigil.accounts.models import Role, User
from vigil.accounts.services import membership_set
from vigil.annotations.models import Annotation, AnnotationState, Outcome, Segment
from vigil.predictions.embeddings import embeddings_store
from vigil.predictions.models import Prediction
from vigil.projects.services import project_get_or_create
from vigil.registry.models import ModelState
from vigil.videos.models import Video
from vigil.videos.processing import process_next
from vigil.videos.services import videos_import

ORDINARY, EVENT = 1, 7


def finding_fill(*, project_name: str, folder: str, people: list[str]) -> dict[str, Any]:
    """Four films of 20 s; in each the clips of the first suggestion are of one kind, all others of another."""
    project, _ = project_get_or_create(name=project_name)
    for name in people:
        membership_set(user=User.objects.get(username=name), project_id=project.pk, role=Role.ANNOTATOR)
    names = ["gate_20231005_080000", "gate_20231005_090000", "yard_20231006_080000", "yard_undated"]
    Path(folder).mkdir(parents=True, exist_ok=True)
    videos_import(
        project=project,
        paths=[film(Path(folder) / f"{name}.mp4", seconds=20, seed=40 + n) for n, name in enumerate(names)],
    )
    while process_next():
        pass
    version = ModelVersionFactory(project=project, number=1, state=ModelState.PRODUCTION)
    videos = list(Video.objects.filter(project=project).order_by("name"))
    for video in videos:
        Video.objects.filter(pk=video.pk).update(group=video.name.split("_")[0])
        prediction_add(version, video)
        prediction = Prediction.objects.get(video=video)
        event = len(prediction.clip_start_ms) // 3
        kinds = [EVENT if event <= clip < event + 4 else ORDINARY for clip in range(len(prediction.clip_start_ms))]
        embeddings_store(prediction=prediction, embeddings=embedded(*kinds))
    annotation = Annotation.objects.create(
        video=videos[0], user=User.objects.get(username=people[0]), revision=1, state=AnnotationState.SUBMITTED,
        submitted_at=datetime.now(UTC),
    )  # fmt: skip
    for at_ms, words, label in (
        (6000, "两名男子在出口附近打架。", "Fighting"),
        (12_000, "Somebody paints the wall.", "Vandalism"),
    ):
        Segment.objects.create(
            annotation=annotation, start_ms=at_ms, end_ms=at_ms + 3000, label=label, explanation=words,
            outcome=Outcome.MANUAL,
        )  # fmt: skip
    return {"slug": project.slug, "videos": {video.name.removesuffix(".mp4"): video.pk for video in videos}}
