"""Several people at once, each with a connection and transactions of their own."""

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from tests.factories import MembershipFactory, ModelVersionFactory, PredictionFactory, QuestionFactory, VideoFactory
from vigil.active_learning.services import question_next, queue_fill
from vigil.annotations.errors import RevisionConflict
from vigil.annotations.models import Annotation, Answer, Question, Revision
from vigil.annotations.questions import question_answer
from vigil.annotations.schemas import DocumentIn
from vigil.annotations.services import annotation_open, annotation_save, segments_import
from vigil.projects.errors import Conflict

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 6


def at_once(tasks: list[Callable[[], Any]]) -> list[Any]:
    """Runs the tasks in threads that start together; what each returned, or the exception it raised."""
    start = threading.Barrier(len(tasks))

    def one(task: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return task()
        except (Conflict, RevisionConflict) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(one, tasks))


def people_of(project: Any, count: int = PEOPLE) -> list[Any]:
    return [MembershipFactory(project=project).user for _ in range(count)]


def test_everybody_gets_a_question_of_their_own():
    video = VideoFactory()
    for _ in range(PEOPLE):
        QuestionFactory(video=video)
    people = people_of(video.project)
    got = at_once([lambda user=user: question_next(user=user, project=video.project) for user in people])
    assert len({question.pk for question in got}) == PEOPLE
    assert Question.objects.filter(state="leased").values("leased_by").distinct().count() == PEOPLE


def test_one_question_goes_to_one_person_only():
    video = VideoFactory()
    QuestionFactory(video=video)
    people = people_of(video.project)
    got = at_once([lambda user=user: question_next(user=user, project=video.project) for user in people])
    assert [question is not None for question in got].count(True) == 1


def test_of_two_answers_by_one_person_in_two_tabs_one_is_kept():
    member = MembershipFactory()
    QuestionFactory(video=VideoFactory(project=member.project))
    question = question_next(user=member.user, project=member.project)

    def give(verdict: str) -> Any:
        return question_answer(user=member.user, question_id=question.pk, payload={"verdict": verdict}, spent_ms=1)

    outcome = at_once([lambda verdict=verdict: give(verdict) for verdict in ("yes", "no", "unsure")])
    assert Counter(type(one) for one in outcome) == {Answer: 1, Conflict: 2}
    assert Answer.objects.count() == 1


def test_of_writers_on_one_revision_one_wins_and_the_others_get_its_document():
    member = MembershipFactory(role="reviewer")
    annotation = annotation_open(user=member.user, video=VideoFactory(project=member.project))

    def save(text: str) -> Annotation:
        segment = {"key": str(uuid.uuid4()), "start_ms": 0, "end_ms": 9, "label": "Fire", "explanation": text}
        document = DocumentIn.model_validate({"segments": [segment]})
        return annotation_save(user=member.user, annotation_id=annotation.pk, revision=0, document=document)

    outcome = at_once([lambda text=str(number): save(text) for number in range(PEOPLE)])
    winners = [one for one in outcome if isinstance(one, Annotation)]
    losers = [one for one in outcome if isinstance(one, RevisionConflict)]
    assert (len(winners), len(losers)) == (1, PEOPLE - 1)
    kept = annotation.segments.get()
    assert {loser.extra["document"]["segments"][0]["explanation"] for loser in losers} == {kept.explanation}
    assert Revision.objects.filter(annotation=annotation).count() == 1


def test_opening_one_video_in_many_tabs_makes_one_annotation():
    member = MembershipFactory()
    video = VideoFactory(project=member.project)
    opened = at_once([lambda: annotation_open(user=member.user, video=video) for _ in range(PEOPLE)])
    assert len({annotation.pk for annotation in opened}) == 1


def test_two_rounds_at_once_ask_nothing_twice():
    prediction = PredictionFactory(model_version=ModelVersionFactory(), video__weak_label="unknown")
    version, project = prediction.model_version, prediction.video.project
    at_once([lambda: queue_fill(project=project, model_version=version) for _ in range(3)])
    places = Counter(Question.objects.filter(state="open").values_list("kind", "start_ms", "end_ms"))
    assert places and max(places.values()) == 1


def test_two_imports_at_once_lose_nothing():
    from ml.contracts import LabelledSegment

    member = MembershipFactory()
    video = VideoFactory(project=member.project)
    brought = [LabelledSegment(1_000 * number, 1_000 * number + 500, "Fire") for number in range(PEOPLE)]
    at_once([lambda one=one: segments_import(video=video, user=member.user, segments=[one]) for one in brought])
    annotation = Annotation.objects.get(video=video)
    assert annotation.segments.count() == annotation.revision == PEOPLE
