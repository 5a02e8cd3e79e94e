"""Makes the demo project: footage, people, truth and answers. Each step can be repeated."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ml.contracts import LabelledSegment, TruthSegment
from vigil.accounts.models import Role, User
from vigil.accounts.services import membership_set, user_create
from vigil.annotations.models import Annotation
from vigil.annotations.services import frozen_truth_set, segments_import
from vigil.demo.generate import RECIPE, DemoManifest, OnProgress, generate
from vigil.demo.logins import Login, logins_kept
from vigil.demo.production import MadeVideo
from vigil.demo.programme import PROGRAMME, VideoPlan
from vigil.projects.models import Project
from vigil.projects.services import project_get_or_create
from vigil.videos.models import Split, Video
from vigil.videos.services import ImportReport, videos_import

PROJECT_NAME = "Demo"
ANSWERED_ABNORMAL = 3
"""Of this many abnormal train videos, the annotator has labelled all but one."""
ANSWERED_NORMAL = 3
"""Of this many normal train videos, the annotator has watched one."""


@dataclass(frozen=True)
class DemoFolder:
    """Where the demo keeps its files, under VIGIL_HOME."""

    path: Path

    @property
    def footage(self) -> Path:
        """The generated videos."""
        return self.path / "footage"

    @property
    def logins(self) -> Path:
        """The logins, readable by their owner alone."""
        return self.path / "logins.json"

    @property
    def is_loaded(self) -> bool:
        """True once everything is there; then the project belongs to its people and is never touched again."""
        return (self.path / "loaded.json").exists()

    def make(self) -> None:
        """Makes the folder."""
        self.path.mkdir(parents=True, exist_ok=True)

    def loaded_set(self) -> None:
        """Remembers that the demo is complete."""
        part = self.path / "loaded.part"
        part.write_text(json.dumps({"recipe": RECIPE}))
        part.replace(self.path / "loaded.json")


def demo_people(*, folder: DemoFolder, project: Project) -> list[Login]:
    """The demo's logins, with accounts and roles made where they are missing."""
    logins = logins_kept(folder.logins)
    for login in logins:
        user = User.objects.filter(username=login.name).first()
        if user is None:
            is_admin = login.role == Role.OWNER
            user = user_create(name=login.name, password=login.password, is_superuser=is_admin)
        if not project.memberships.filter(user=user).exists():
            membership_set(user=user, project_id=project.pk, role=login.role)
    return logins


def demo_project() -> Project:
    """The demo project."""
    project, _ = project_get_or_create(name=PROJECT_NAME)
    return project


def demo_footage(
    *, folder: DemoFolder, on_progress: OnProgress, programme: tuple[VideoPlan, ...] = PROGRAMME
) -> DemoManifest:
    """The generated footage, made where it is missing."""
    return generate(folder.footage, workers=os.cpu_count() or 1, on_progress=on_progress, programme=programme)


def demo_import(
    *, project: Project, manifest: DemoManifest, on_progress: Callable[[int, int, str], None]
) -> ImportReport | None:
    """Imports the videos that the project does not have yet; None where it has them all."""
    known = set(project.videos.values_list("name", flat=True))
    missing = [manifest.directory / video.file for video in manifest.videos if video.file not in known]
    if not missing:
        return None
    admin = User.objects.filter(username="admin").first()
    return videos_import(
        project=project, paths=missing, labels_csv=manifest.labels_csv, user=admin, on_progress=on_progress
    )


def demo_truth(*, project: Project, manifest: DemoManifest) -> int:
    """Freezes what was drawn in the test split as the truth to measure against; the number of videos."""
    made = {video.file: video for video in manifest.videos}
    videos = list(project.videos.filter(split=Split.TEST, name__in=made))
    for video in videos:
        frozen_truth_set(
            video=video,
            segments=[
                TruthSegment(one.start_ms, one.end_ms, one.label, one.explanation)
                for one in _segments(video, made[video.name])
            ],
        )
    return len(videos)


def demo_answers(*, project: Project, manifest: DemoManifest) -> int:
    """Gives a part of the train split the segments and sentences of an annotator; the number of videos.

    The rest is left to the people who try the demo, and to the weak labels. A video where the annotator has saved
    something is passed by: a load that is taken up again must not undo what a person did meanwhile.
    """
    annotator = User.objects.get(username="annotator")
    made = {video.file: video for video in answered(manifest)}
    videos = list(project.videos.filter(split=Split.TRAIN, name__in=made))
    begun = Annotation.objects.filter(user=annotator, video__in=videos, revision__gt=0)
    begun_ids = set(begun.values_list("video_id", flat=True))
    for video in videos:
        if video.pk in begun_ids:
            continue
        segments = _segments(video, made[video.name])
        segments_import(video=video, user=annotator, segments=segments, is_fully_watched=True)
    return len(videos)


def answered(manifest: DemoManifest) -> list[MadeVideo]:
    """The train videos that the annotator has labelled: of every class at least one, and some normal ones."""
    train = [video for video in manifest.videos if video.split == "train"]
    normal = [video for video in train if not video.truths][::ANSWERED_NORMAL]
    by_class: dict[str, list[MadeVideo]] = {}
    for video in train:
        if video.truths:
            by_class.setdefault(video.label, []).append(video)
    chosen = [
        video
        for videos in by_class.values()
        for index, video in enumerate(videos)
        if index % ANSWERED_ABNORMAL != ANSWERED_ABNORMAL - 1
    ]
    return [*normal, *chosen]


def _segments(video: Video, made: MadeVideo) -> list[LabelledSegment]:
    """What was drawn, in milliseconds inside the video."""
    return [
        LabelledSegment(
            start_ms=round(truth.start_s * 1000),
            end_ms=min(round(truth.end_s * 1000), video.duration_ms),
            label=truth.label,
            explanation=truth.sentence,
        )
        for truth in made.truths
    ]
