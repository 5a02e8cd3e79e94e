"""Questions of each kind about films that exist, for the tests and the benchmark of the question modes.

Runs inside the installation's own Django (see `Desk.call`): each function takes and gives plain JSON values.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from tests.browser.seeding import PASSWORD, PEOPLE, film, prediction_add
from tests.factories import ModelVersionFactory
from vigil.accounts.models import User
from vigil.accounts.services import membership_set
from vigil.annotations.models import Annotation, Answer, Question, QuestionKind, QuestionState
from vigil.predictions.models import PredictedSegment
from vigil.projects.services import project_get_or_create
from vigil.registry.models import ModelState
from vigil.videos.models import Video
from vigil.videos.processing import process_next
from vigil.videos.services import videos_import


def films_fill(
    *, project_name: str, folder: str, videos: int, seconds: int, password: str = PASSWORD
) -> dict[str, Any]:
    """A project with ready, predicted films and nothing asked yet; the people of the desk are its members."""
    project, _ = project_get_or_create(name=project_name)
    for name, role in PEOPLE.items():
        user = User.objects.filter(username=name).first() or User.objects.create_user(name, password=password)
        membership_set(user=user, project_id=project.pk, role=role)
    place = Path(folder)
    place.mkdir(exist_ok=True)
    files = [film(place / f"{project.slug}_{n:02}.mp4", seconds=seconds, seed=n) for n in range(videos)]
    videos_import(project=project, paths=files)
    while process_next():
        pass
    version = ModelVersionFactory(project=project, number=1, state=ModelState.PRODUCTION)
    ready = list(Video.objects.filter(project=project).order_by("name"))
    for video in ready:
        prediction_add(version, video)
    return {"slug": project.slug, "videos": [video.pk for video in ready]}


def ask(*, slug: str, kind: str, count: int, two_a_video: bool = True) -> list[int]:
    """The ids of new questions of one kind, the first one first in the queue; what else waited is withdrawn."""
    waiting = Question.objects.filter(video__project__slug=slug).waiting()
    waiting.update(state=QuestionState.WITHDRAWN, leased_by=None)
    segments = PredictedSegment.objects.filter(prediction__video__project__slug=slug)
    segments = segments.order_by("prediction__video__name", "start_ms").select_related("prediction__video")
    places = [one for at, one in enumerate(segments) if two_a_video or at % 2 == 0]
    assert len(places) >= count, f"{len(places)} places for {count} questions"
    return [_question(place, kind, priority=count - at).pk for at, place in enumerate(places[:count])]


def _question(place: PredictedSegment, kind: str, priority: float) -> Question:
    video = place.prediction.video
    is_whole = kind in {QuestionKind.GLANCE, QuestionKind.FULL}
    return Question.objects.create(
        video=video,
        kind=kind,
        start_ms=0 if is_whole else place.start_ms,
        end_ms=video.duration_ms if is_whole else place.end_ms,
        prediction=place.prediction,
        segment=None if is_whole else place,
        priority=priority,
        reason=f"seeded: {kind} of {video.name}",
    )


def withdraw(*, question_ids: list[int]) -> None:
    """These are asked of nobody any more."""
    Question.objects.filter(pk__in=question_ids).update(state=QuestionState.WITHDRAWN, leased_by=None)


def said(*, question_ids: list[int]) -> list[dict[str, Any] | None]:
    """What stands as the answer to each question: who, what, how long; None where nothing does."""
    answers = Answer.objects.filter(question_id__in=question_ids, withdrawn_at=None).select_related("user")
    found = {
        one.question_id: {"user": one.user.username, "payload": one.payload, "spent_ms": one.spent_ms}
        for one in answers
    }
    return [found.get(question_id) for question_id in question_ids]


def taken_by(*, question_id: int, user: str) -> None:
    """Somebody else has the question: its lease ran out and they were quick."""
    until = timezone.now() + timedelta(minutes=10)
    person = User.objects.get(username=user)
    question = Question.objects.filter(pk=question_id)
    question.update(state=QuestionState.LEASED, leased_by=person, leased_until=until)


def work_of(*, video_id: int, user: str) -> dict[str, Any]:
    """The state of a person's annotation and its segments."""
    annotation = Annotation.objects.get(video_id=video_id, user__username=user)
    segments = annotation.segments.values("start_ms", "end_ms", "explanation", "outcome")
    return {"state": annotation.state, "segments": list(segments)}
