"""Fills a running installation with people, films, predictions and questions, without any training.

Runs inside the installation's own Django (see `Desk.call`): each function takes and gives plain JSON values.
"""

from pathlib import Path
from typing import Any

import av
import numpy as np

from tests.factories import ModelVersionFactory, PredictedSegmentFactory, PredictionFactory
from vigil.accounts.models import Role, User
from vigil.accounts.services import membership_set
from vigil.active_learning.services import queue_fill
from vigil.projects.models import Project
from vigil.projects.services import project_get_or_create
from vigil.registry.models import ModelState, ModelVersion
from vigil.videos.models import Video
from vigil.videos.processing import process_next
from vigil.videos.services import videos_import

PASSWORD = "the desk by the window"
PEOPLE = {"ann": Role.ANNOTATOR, "ben": Role.ANNOTATOR, "rae": Role.REVIEWER, "max": Role.MANAGER, "vic": Role.VIEWER}
CLIP_MS = 1000


def film(path: Path, *, seconds: int = 30, fps: int = 25, width: int = 320, height: int = 180, seed: int = 0) -> Path:
    """An H.264 film of a bright box that crosses a grey ground, different for each seed."""
    ground = np.random.default_rng(seed).integers(40, 90, (height, width, 3), dtype=np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "30"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for index in range(seconds * fps):
            picture = ground.copy()
            left = (index * 3 + 40 * seed) % (width - 40)
            picture[60:120, left : left + 40] = (230, 60 + 40 * (seed % 4), 60)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def desk_fill(*, project_name: str, folder: str, videos: int = 3, seconds: int = 30) -> dict[str, Any]:
    """People, `videos` ready films with a prediction of two suggestions each, and a filled queue of questions."""
    project, _ = project_get_or_create(name=project_name)
    User.objects.create_superuser("boss", password=PASSWORD)
    for name, role in PEOPLE.items():
        membership_set(user=User.objects.create_user(name, password=PASSWORD), project_id=project.pk, role=role)
    files = [film(Path(folder) / f"camera_{n % 2 + 1}_{n:02}.mp4", seconds=seconds, seed=n) for n in range(videos)]
    videos_import(project=project, paths=files)
    while process_next():
        pass
    version = ModelVersionFactory(project=project, number=1, state=ModelState.PRODUCTION)
    ready = list(Video.objects.filter(project=project).order_by("name"))
    for video in ready:
        prediction_add(version, video)
    queue_fill(project=project, model_version=version)
    return {"slug": project.slug, "videos": [video.pk for video in ready], "model": version.name}


def prediction_add(version: ModelVersion, video: Video) -> None:
    """Clips of a second; the scores rise twice, and each rise is a suggested segment."""
    starts = list(range(0, video.duration_ms, CLIP_MS))
    ends = [min(start + CLIP_MS, video.duration_ms) for start in starts]
    thirds = len(starts) // 3
    fused = [0.05] * len(starts)
    fused[thirds : thirds + 4] = [0.9] * 4
    fused[2 * thirds : 2 * thirds + 3] = [0.55] * 3
    shaken = [min(1.0, score + 0.3 * (n % 3 == 0)) for n, score in enumerate(fused)]
    text = {"is_abnormal": True, "text": "Yes. Somebody runs through the picture.", "confidence": 0.8}
    prediction = PredictionFactory(
        video=video, model_version=version, clip_start_ms=starts, clip_end_ms=ends,
        raw=shaken, long=[score * 0.6 for score in fused], short=fused, fused=fused,
        judgement={**text, "start_ms": None, "end_ms": None},
    )  # fmt: skip
    first, second = starts[thirds], starts[2 * thirds]
    PredictedSegmentFactory(
        prediction=prediction, start_ms=first, end_ms=first + 4000, label="Fighting", confidence=0.9
    )
    PredictedSegmentFactory(
        prediction=prediction, start_ms=second, end_ms=second + 3000, label="Vandalism", confidence=0.55,
        explanation="Somebody kicks a sign.",
    )  # fmt: skip


def project_slug(*, name: str) -> str:
    """The slug of a project."""
    return Project.objects.get(name=name).slug
