"""What is blind to a person stays so: in the queue, in searches, and where a write is refused."""

import json
import uuid

import pytest

from tests.factories import (
    AnnotationFactory,
    MembershipFactory,
    ModelVersionFactory,
    PredictionFactory,
    ProjectFactory,
    SegmentFactory,
    VideoFactory,
)
from vigil.accounts.models import Role
from vigil.active_learning.services import question_next, questions_open, queue_fill
from vigil.active_learning.waiting import questions_waiting
from vigil.annotations.models import Question
from vigil.annotations.questions import question_answer
from vigil.annotations.selectors import workbench_document
from vigil.projects.errors import Missing
from vigil.review.models import DoubleAnnotation, SecondReading

pytestmark = pytest.mark.django_db


@pytest.fixture
def video():
    project = ProjectFactory()
    DoubleAnnotation.objects.create(project=project, share_percent=100, is_blind=True)
    return VideoFactory(project=project, split="train")


def member(video, role=Role.ANNOTATOR):
    return MembershipFactory(project=video.project, role=role).user


def asked_second(video, role=Role.ANNOTATOR):
    user = member(video, role)
    SecondReading.objects.create(video=video, user=user)
    return user


@pytest.fixture
def first(video):
    annotation = AnnotationFactory(video=video, user=member(video), revision=3)
    SegmentFactory(annotation=annotation, start_ms=20_123, end_ms=23_456, label="Robbery", explanation="He takes it.")
    return annotation


@pytest.fixture
def dialogue(video, first):
    version = ModelVersionFactory(project=video.project)
    PredictionFactory(video=video, model_version=version)
    queue_fill(project=video.project, model_version=version)
    return Question.objects.get(kind="dialogue", start_ms=20_123)


def dialogues_for(user, project):
    (waiting,) = (one for one in questions_waiting(user=user, project=project) if one.kind == "dialogue")
    question = question_next(user=user, project=project, kinds=["dialogue"])
    return waiting.open, waiting.reason, questions_open(user=user, project=project, kinds=["dialogue"]), question


def test_a_question_made_from_a_colleagues_segment_is_not_asked_of_who_is_blind_to_it(video, dialogue):
    assert dialogues_for(asked_second(video), video.project) == (0, "", 0, None)
    seeing = member(video, Role.REVIEWER)
    assert dialogues_for(seeing, video.project) == (1, dialogue.reason, 1, dialogue)


def test_nor_given_back_to_who_became_blind_while_they_held_it(video, dialogue):
    DoubleAnnotation.objects.update(is_blind=False)
    ben = member(video)
    assert question_next(user=ben, project=video.project, kinds=["dialogue"]) == dialogue
    DoubleAnnotation.objects.update(is_blind=True)
    assert question_next(user=ben, project=video.project, kinds=["dialogue"]) is None


def test_nor_opened_by_its_number(video, dialogue, client):
    ben = asked_second(video)
    client.force_login(ben)
    assert client.get(f"/api/videos/{video.pk}/workbench?question={dialogue.pk}").json()["question"] is None
    with pytest.raises(Missing):
        question_answer(user=ben, question_id=dialogue.pk, payload={}, spent_ms=0)
    dialogue.refresh_from_db()
    assert dialogue.state == "open"


def test_a_blind_reviewer_can_neither_read_nor_overwrite_a_colleagues_annotation(video, first, client):
    client.force_login(asked_second(video, Role.REVIEWER))
    before = workbench_document(first)
    path = f"/api/annotations/{first.pk}"
    for revision in (1, 3):
        sent = {"content_type": "application/json", "headers": {"If-Match": f'"{revision}"'}}
        mine = [{"key": str(uuid.uuid4()), "start_ms": 0, "end_ms": 5, "label": "Fighting"}]
        saved = client.put(path, json.dumps({"segments": mine}), **sent)
        submitted = client.post(f"{path}/submit", "{}", **sent)
        assert (saved.status_code, submitted.status_code) == (403, 403)
        assert "He takes it." not in saved.content.decode() + submitted.content.decode()
    for part in ("workbench", "reviews", "history"):
        assert client.get(f"{path}/{part}").status_code == 403
    first.refresh_from_db()
    assert (first.revision, workbench_document(first)) == (3, before)
