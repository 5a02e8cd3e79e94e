"""Fills an installation with a project that has a really trained, very small model, for drafts and dialogues.

Runs inside the installation's own Django (see `Desk.call`): each function takes and gives plain JSON values.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings

from ml.contracts import LabelledSegment, TrainingJob, TrainingVideo
from ml.training.run import train
from tests.browser.seeding import PEOPLE
from tests.factories import ModelVersionFactory, PredictedSegmentFactory, PredictionFactory, QuestionFactory
from tests.functional.quick_training import EVENT_S, write_footage, write_quick_profile
from vigil.accounts.models import User
from vigil.accounts.services import membership_set
from vigil.annotations.models import Annotation
from vigil.projects.models import Project
from vigil.projects.services import project_get_or_create
from vigil.registry.models import ModelState, ModelVersion
from vigil.snapshots.selectors import training_videos
from vigil.snapshots.services import snapshot_take
from vigil.videos.models import Split, Video
from vigil.videos.processing import process_next
from vigil.videos.selectors import video_ref
from vigil.videos.services import videos_import

SENTENCE = "Two people push each other."


def dialogue_fill(*, folder: str) -> dict[str, Any]:
    """Two videos with a suggestion each in a project whose model was trained for a moment, and one without a model."""
    place = Path(folder)
    write_footage(place / "clips", train=2, test=0)
    project = _project("Dialogue", place / "clips")
    videos = list(Video.objects.filter(project=project).order_by("name"))
    version = _trained(project, videos, place)
    for video in videos:
        _predicted(version, video)
    write_footage(place / "other", train=1, test=0)
    modelless = _project("No model", place / "other")
    return {
        "slug": project.slug,
        "videos": [video.pk for video in videos],
        "modelless": Video.objects.get(project=modelless).pk,
        "question": QuestionFactory(
            video=videos[0], kind="dialogue", start_ms=4_000, end_ms=8_000,
            reason="Fighting is explained here, but no question about it is answered yet",
        ).pk,
    }  # fmt: skip


def _project(name: str, clips: Path) -> Project:
    project, _ = project_get_or_create(name=name)
    for person, role in PEOPLE.items():
        membership_set(user=User.objects.get(username=person), project_id=project.pk, role=role)
    videos_import(project=project, paths=sorted(clips.glob("*.mp4")))
    Video.objects.filter(project=project).update(split=Split.TRAIN)
    while Video.objects.filter(project=project).unfinished().exists():
        process_next()  # the running media worker may be faster; then this waits for it
    return project


def _trained(project: Project, videos: list[Video], place: Path) -> ModelVersion:
    write_quick_profile(place)
    event = LabelledSegment(round(EVENT_S[0] * 1000), round(EVENT_S[1] * 1000), "Fighting", "A grey patch flickers.")
    artefact, (normal, abnormal) = f"{project.slug}/quick", videos
    settings.FEATURE_STORE.mkdir(parents=True, exist_ok=True)
    job = TrainingJob(
        videos=(
            TrainingVideo(replace(video_ref(normal), weak_label="normal")),
            TrainingVideo(
                replace(video_ref(abnormal), weak_label="abnormal", classes=("Fighting",)), segments=(event,)
            ),
        ),
        profile=str(place / "quick.yaml"),
        phases=(1, 2, 3),
        out_dir=str(settings.ARTEFACT_ROOT / artefact),
        work_dir=str(place / "work"),
        store_dir=str(settings.FEATURE_STORE),
        template=project.template,
        weights_dir=str(settings.WEIGHTS_ROOT),
    )
    (settings.ARTEFACT_ROOT / project.slug).mkdir(parents=True, exist_ok=True)
    train(job, lambda _progress: None, lambda: False)
    return ModelVersionFactory(project=project, number=1, state=ModelState.PRODUCTION, artefact=artefact)


def _predicted(version: ModelVersion, video: Video) -> None:
    starts = list(range(0, video.duration_ms, 1000))
    scores = [0.9 if 4_000 <= start < 8_000 else 0.05 for start in starts]
    ends = [min(start + 1000, video.duration_ms) for start in starts]
    prediction = PredictionFactory(
        video=video, model_version=version, clip_start_ms=starts, clip_end_ms=ends,
        raw=scores, long=scores, short=scores, fused=scores,
    )  # fmt: skip
    PredictedSegmentFactory(prediction=prediction, start_ms=4_000, end_ms=8_000, explanation=SENTENCE)


def document_of(*, video: int, person: str) -> dict[str, Any]:
    """The newest saved document of the person."""
    revisions = Annotation.objects.get(video_id=video, user__username=person).revisions
    return dict(revisions.order_by("number").last().document)


def turns_in_snapshot(*, slug: str) -> list[list[str]]:
    """Question and answer of every turn that a training run would get now."""
    lines = training_videos(snapshot_take(project=Project.objects.get(slug=slug)))
    return [[turn.question, turn.answer] for line in lines for turn in line.dialogue]
