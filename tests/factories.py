"""Rows for tests, one factory a model. What a test does not name is plausible and unique."""

import hashlib
from functools import lru_cache

import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from factory.django import DjangoModelFactory

from vigil.accounts.models import Membership, Role, User
from vigil.annotations.models import (
    Annotation,
    AnnotationState,
    Draft,
    DraftKind,
    Outcome,
    Question,
    QuestionKind,
    Segment,
)
from vigil.predictions.models import PredictedSegment, Prediction
from vigil.projects.models import Project
from vigil.projects.work import WorkState
from vigil.registry.models import ModelState, ModelVersion
from vigil.videos.frame_times import pack
from vigil.videos.models import FrameTimes, Rendition, RenditionKind, Video, WeakLabel

PASSWORD = "correct horse battery"


@lru_cache
def hashed(password: str) -> str:
    """Hashed as Django does it, which is slow on purpose: once a test run is enough."""
    return make_password(password)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"person{n}")
    password = factory.LazyFunction(lambda: hashed(PASSWORD))


class ProjectFactory(DjangoModelFactory):
    class Meta:
        model = Project

    name = factory.Sequence(lambda n: f"Project {n}")
    slug = factory.Sequence(lambda n: f"project-{n}")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    project = factory.SubFactory(ProjectFactory)
    role = Role.ANNOTATOR


class VideoFactory(DjangoModelFactory):
    """A ready abnormal video of 30 s without files; `frame_times` and renditions have factories of their own."""

    class Meta:
        model = Video

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"camera{n}.mp4")
    sha256 = factory.LazyAttribute(lambda video: hashlib.sha256(f"{video.name}".encode()).hexdigest())
    size_bytes = 1_000_000
    original = factory.LazyAttribute(lambda video: f"originals/{video.sha256}")
    weak_label = WeakLabel.ABNORMAL
    duration_ms = 30_000
    width = 320
    height = 240
    fps = 15.0
    frame_count = 450
    codec = "h264"
    state = WorkState.SUCCEEDED


class FrameTimesFactory(DjangoModelFactory):
    class Meta:
        model = FrameTimes

    video = factory.SubFactory(VideoFactory)
    packed = factory.LazyAttribute(
        lambda times: pack([round(1000 * frame / times.video.fps) for frame in range(times.video.frame_count)])
    )


class RenditionFactory(DjangoModelFactory):
    class Meta:
        model = Rendition

    video = factory.SubFactory(VideoFactory)
    kind = RenditionKind.PROXY
    path = factory.LazyAttribute(lambda rendition: f"renditions/{rendition.video.sha256}/{rendition.kind}")


class ModelVersionFactory(DjangoModelFactory):
    class Meta:
        model = ModelVersion

    project = factory.SubFactory(ProjectFactory)
    number = factory.Sequence(lambda n: n + 1)
    profile = "tiny"
    artefact = factory.LazyAttribute(lambda version: f"{version.project.slug}/v{version.number}")
    artefact_sha256 = "0" * 64
    state = ModelState.PRODUCTION
    promoted_at = factory.LazyFunction(timezone.now)


class PredictionFactory(DjangoModelFactory):
    """Fifteen clips of 2 s; the branches disagree about clip 5, and clip 9 is the least certain."""

    class Meta:
        model = Prediction

    video = factory.SubFactory(VideoFactory)
    model_version = factory.SubFactory(ModelVersionFactory, project=factory.SelfAttribute("..video.project"))
    clip_start_ms = factory.LazyFunction(lambda: [2000 * clip for clip in range(15)])
    clip_end_ms = factory.LazyFunction(lambda: [2000 * clip + 2000 for clip in range(15)])
    raw = factory.LazyFunction(lambda: [0.05] * 5 + [0.95] + [0.05] * 3 + [0.5] + [0.05] * 5)
    long = factory.LazyFunction(lambda: [0.05] * 5 + [0.1] + [0.05] * 3 + [0.5] + [0.05] * 5)
    short = factory.LazyFunction(lambda: [0.05] * 5 + [0.9] + [0.05] * 3 + [0.5] + [0.05] * 5)
    fused = factory.LazyFunction(lambda: [0.05] * 5 + [0.85] + [0.05] * 3 + [0.5] + [0.05] * 5)
    judgement = None


class PredictedSegmentFactory(DjangoModelFactory):
    class Meta:
        model = PredictedSegment

    prediction = factory.SubFactory(PredictionFactory)
    start_ms = 10_000
    end_ms = 12_000
    label = "Fighting"
    confidence = 0.85
    explanation = "Two people push each other."


class QuestionFactory(DjangoModelFactory):
    class Meta:
        model = Question

    video = factory.SubFactory(VideoFactory)
    kind = QuestionKind.VERIFY
    start_ms = 10_000
    end_ms = 12_000
    priority = 1.0
    reason = "The three branches disagree most here: 0.95 / 0.10 / 0.90"


class AnnotationFactory(DjangoModelFactory):
    class Meta:
        model = Annotation

    video = factory.SubFactory(VideoFactory)
    user = factory.SubFactory(UserFactory)
    state = AnnotationState.SUBMITTED
    submitted_at = factory.LazyFunction(timezone.now)


class SegmentFactory(DjangoModelFactory):
    class Meta:
        model = Segment

    annotation = factory.SubFactory(AnnotationFactory)
    start_ms = 10_000
    end_ms = 12_000
    label = "Fighting"
    explanation = "A man shoves another man."
    outcome = Outcome.MANUAL


class DraftFactory(DjangoModelFactory):
    class Meta:
        model = Draft

    video = factory.SubFactory(VideoFactory)
    user = factory.SubFactory(UserFactory)
    model_version = factory.SubFactory(ModelVersionFactory, project=factory.SelfAttribute("..video.project"))
    kind = DraftKind.EXPLANATION
    start_ms = 10_000
    end_ms = 12_000
    label = "Fighting"
