"""Fills an installation with what the timeline has to bear: a whole day with a score a second, thousands of segments.

Runs inside the installation's own Django (see `Desk.call`): each function takes and gives plain JSON values.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from tests.browser.seeding import film, prediction_add
from tests.factories import AnnotationFactory, ModelVersionFactory, PredictionFactory, SegmentFactory
from vigil.accounts.models import Role, User
from vigil.accounts.services import membership_set
from vigil.predictions.models import PredictedSegment, Prediction
from vigil.projects.services import project_get_or_create
from vigil.registry.models import ModelState, ModelVersion
from vigil.videos.frame_times import pack
from vigil.videos.models import FrameTimes, Video
from vigil.videos.processing import process_next
from vigil.videos.services import videos_import

DAY_MS = 86_400_000
FPS = 25
LABELS = ("Fighting", "Vandalism", "Abuse", "Robbery")


def slow_film(path: Path, *, hours: int) -> Path:
    """A film of many hours and few pictures, one in ten seconds: as long as a camera's day and quick to make."""
    generator = np.random.default_rng(7)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(1, 10), options={"preset": "ultrafast", "crf": "34"})
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        for index in range(hours * 360):
            picture = np.full((90, 160, 3), 40 + (index % 120), dtype=np.uint8)
            left = int(generator.integers(0, 130))
            picture[30:60, left : left + 30] = (230, 90, 60)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def day_fill(*, project_name: str, folder: str, password: str, segments: int = 2000, hours: int = 24) -> dict[str, Any]:
    """A day with a score a second, `segments` suggestions and 25 frames a second in its frame table; ann annotates."""
    project, _ = project_get_or_create(name=project_name)
    membership_set(user=User.objects.create_user("ann", password=password), project_id=project.pk, role=Role.ANNOTATOR)
    videos_import(project=project, paths=[slow_film(Path(folder) / "day.mp4", hours=hours)])
    while process_next():
        pass
    video = Video.objects.get(project=project)
    finely_timed(video)
    version = ModelVersionFactory(project=project, number=1, state=ModelState.PRODUCTION)
    scored(version, video, segments=segments)
    return {"slug": project.slug, "video": video.pk}


def timeline_fill(*, project_name: str, folder: str) -> dict[str, Any]:
    """Films of 20 s for ann: three with two suggestions, one with 5,000, one with one past its end, one unpredicted.

    Ben has submitted one segment of the second film.
    """
    project, _ = project_get_or_create(name=project_name)
    membership_set(user=User.objects.get(username="ann"), project_id=project.pk, role=Role.ANNOTATOR)
    names = ("plain", "second", "third", "crowded", "beyond", "unseen")
    Path(folder).mkdir(parents=True, exist_ok=True)
    files = [film(Path(folder) / f"{name}.mp4", seconds=20, seed=50 + n) for n, name in enumerate(names)]
    videos_import(project=project, paths=files)
    while process_next():
        pass
    version = ModelVersionFactory(project=project, number=1, state=ModelState.PRODUCTION)
    videos = {video.name.removesuffix(".mp4"): video for video in Video.objects.filter(project=project)}
    for name in ("plain", "second", "third"):
        prediction_add(version, videos[name])
    ben = User.objects.get(username="ben")
    membership_set(user=ben, project_id=project.pk, role=Role.ANNOTATOR)
    SegmentFactory(annotation=AnnotationFactory(video=videos["second"], user=ben), start_ms=2000, end_ms=4000)
    scored(version, videos["crowded"], segments=5000)
    beyond = scored(version, videos["beyond"], segments=1)
    PredictedSegment.objects.create(
        prediction=beyond, start_ms=15_000, end_ms=45_000, label="Fighting", confidence=0.9, explanation="A long fight."
    )
    return {name: video.pk for name, video in videos.items()}


def finely_timed(video: Video) -> None:
    """The frame table that a camera of 25 fps would have left: more than two million frames in a day."""
    count = video.duration_ms * FPS // 1000
    FrameTimes.objects.filter(video=video).update(packed=pack([index * 1000 // FPS for index in range(count)]))
    Video.objects.filter(pk=video.pk).update(frame_count=count, fps=FPS)


def scored(version: ModelVersion, video: Video, *, segments: int, clip_ms: int = 1000) -> Prediction:
    """A prediction with a clip every `clip_ms` and `segments` suggestions, evenly spread."""
    generator = np.random.default_rng(3)
    starts = np.arange(0, video.duration_ms, clip_ms)
    slow = 0.5 + 0.5 * np.sin(starts / 3_000_000)
    fused = np.clip(0.15 + 0.5 * slow * generator.random(starts.size), 0, 1)
    noise = generator.normal(0, 0.06, (3, starts.size))
    raw, long, short = np.clip(fused + noise, 0, 1)
    prediction: Prediction = PredictionFactory(
        video=video, model_version=version, clip_start_ms=starts.tolist(),
        clip_end_ms=np.minimum(starts + clip_ms, video.duration_ms).tolist(),
        raw=raw.tolist(), long=long.tolist(), short=short.tolist(), fused=fused.tolist(), judgement=None,
    )  # fmt: skip
    step_ms = video.duration_ms // max(1, segments)
    PredictedSegment.objects.bulk_create(
        PredictedSegment(
            prediction=prediction,
            start_ms=n * step_ms,
            end_ms=n * step_ms + max(200, step_ms // 3),
            label=LABELS[n % len(LABELS)],
            confidence=0.5 + (n % 50) / 100,
            explanation=f"Somebody pushes somebody else near the gate, seen for the {n}th time.",
        )  # fmt: skip
        for n in range(segments)
    )
    return prediction
