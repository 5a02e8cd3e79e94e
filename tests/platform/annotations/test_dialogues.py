"""The dialogue of a segment: from the document through the store, the snapshot and its statements, to training."""

import uuid

import pytest
from django.test import Client
from pydantic import ValidationError

from annotation_templates.loading import load_template
from ml.contracts import DialogueTurn
from tests.factories import (
    MembershipFactory,
    PredictedSegmentFactory,
    PredictionFactory,
    QuestionFactory,
    VideoFactory,
)
from vigil.accounts.models import Role
from vigil.annotations.dialogues import answered_turns, joined_dialogue
from vigil.annotations.documents import DocumentRules, segment_checked
from vigil.annotations.models import QuestionState, Segment
from vigil.annotations.questions import question_lease
from vigil.annotations.schemas import MAX_TURNS, DocumentIn, SegmentIn
from vigil.annotations.services import annotation_open, annotation_save, annotation_submit
from vigil.interop.formats import llava, sharegpt
from vigil.interop.records import RecordWriter
from vigil.projects.errors import Invalid
from vigil.snapshots.counting import counts_now
from vigil.snapshots.selectors import training_videos
from vigil.snapshots.services import snapshot_take

RULES = DocumentRules(duration_ms=10_000, labels=frozenset({"Fighting"}))
WHO = [{"role": "user", "text": "Who began?"}, {"role": "assistant", "text": "The man in red."}]


def drawn(**changes) -> dict:
    return {"key": str(uuid.uuid4()), "start_ms": 1_000, "end_ms": 4_000, "label": "Fighting", **changes}


def test_only_answered_questions_count_and_the_last_answer_to_one_stands():
    again = [{"role": "user", "text": " Who began? "}, {"role": "assistant", "text": "The man in blue."}]
    unanswered = [{"role": "user", "text": "Where?"}, {"role": "assistant", "text": "  "}]
    assert answered_turns([*WHO, *unanswered, *again]) == (("Who began?", "The man in blue."),)
    assert joined_dialogue((("a", "1"), ("b", "2")), (("a", "3"),)) == (("a", "3"), ("b", "2"))


@pytest.mark.parametrize("wrong", [WHO[::-1], WHO[:1], [*WHO, *WHO[:1]], [WHO[0], *WHO]])
def test_what_does_not_take_turns_is_refused_and_named(wrong):
    segment = SegmentIn.model_validate(drawn(dialogue=wrong))
    with pytest.raises(Invalid, match="not questions, each with its answer"):
        segment_checked(segment, RULES)


def test_more_or_longer_turns_than_fit_are_refused():
    longest = [{"role": "user", "text": "x" * 5000}, {"role": "assistant", "text": ""}]
    assert SegmentIn.model_validate(drawn(dialogue=longest)).dialogue[0].text == "x" * 5000
    for wrong in (WHO * (MAX_TURNS // 2 + 1), [{"role": "user", "text": "x" * 5001}], [{"role": "system", "text": ""}]):
        with pytest.raises(ValidationError):
            SegmentIn.model_validate(drawn(dialogue=wrong))


@pytest.fixture
def member():
    return MembershipFactory(role=Role.ANNOTATOR)


@pytest.fixture
def annotation(member):
    return annotation_open(user=member.user, video=VideoFactory(project=member.project, split="train"))


def save(annotation, *segments: dict):
    annotation.refresh_from_db()
    document = DocumentIn.model_validate({"segments": list(segments)})
    return annotation_save(
        user=annotation.user, annotation_id=annotation.pk, revision=annotation.revision, document=document
    )


@pytest.mark.django_db
def test_the_api_stores_turns_and_a_document_without_them_is_as_valid_as_ever(annotation):
    client = Client()
    client.force_login(annotation.user)
    body = {"segments": [drawn(dialogue=WHO), drawn(start_ms=5_000, end_ms=6_000)]}
    put = client.put(
        f"/api/annotations/{annotation.pk}", body, content_type="application/json", headers={"If-Match": '"0"'}
    )
    assert put.status_code == 200, put.content
    opened = client.get(f"/api/videos/{annotation.video_id}/workbench").json()["annotation"]["document"]
    assert [one["dialogue"] for one in opened["segments"]] == [WHO, []]
    assert annotation.revisions.get(number=1).document["segments"][0]["dialogue"] == WHO


@pytest.mark.django_db
def test_html_comes_back_as_the_text_that_it_is(annotation):
    attack = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    turns = [{"role": "user", "text": attack}, {"role": "assistant", "text": attack}]
    save(annotation, drawn(dialogue=turns, explanation=attack))
    stored = Segment.objects.get(annotation=annotation)
    assert (stored.explanation, stored.dialogue) == (attack, turns)


@pytest.mark.django_db
def test_turns_reach_snapshot_export_and_training(annotation):
    segment = drawn(dialogue=[*WHO, {"role": "user", "text": "Where?"}, {"role": "assistant", "text": ""}])
    save(annotation, segment, drawn(start_ms=6_000, end_ms=8_000, outcome="manual"))
    annotation_submit(user=annotation.user, annotation_id=annotation.pk, revision=1)
    project = annotation.video.project
    assert counts_now(project=project)["dialogue_turns"] == 1
    snapshot = snapshot_take(project=project)
    (line,) = training_videos(snapshot)
    assert line.dialogue == (DialogueTurn(1_000, 4_000, "Who began?", "The man in red."),)

    writer = RecordWriter(load_template("surveillance"), snapshot.content_sha256)
    (record,) = writer.of_training_video(line, snapshot.manifest["sources"][line.video.key])
    # Nobody wrote a sentence: nothing is told that the template made up.
    assert [turn.kind for turn in record.turns] == ["interval", "dialogue"]
    assert llava.line_of(record)["conversations"][-2:] == [
        {"from": "human", "value": "Who began?"},
        {"from": "gpt", "value": "The man in red."},
    ]
    assert sharegpt.line_of(record)["messages"][-1] == {"role": "assistant", "content": "The man in red."}


@pytest.mark.django_db
def test_two_peoples_turns_about_one_event_are_one_dialogue(annotation):
    prediction = PredictionFactory(video=annotation.video)
    source = PredictedSegmentFactory(prediction=prediction, start_ms=1_000, end_ms=4_000, label="Fighting")
    other = annotation_open(user=MembershipFactory(project=annotation.video.project).user, video=annotation.video)
    where = [{"role": "user", "text": "Where?"}, {"role": "assistant", "text": "At the gate."}]
    for one, turns in ((annotation, WHO), (other, where)):
        save(one, drawn(dialogue=turns, source_id=source.pk, explanation="A fight."))
        annotation_submit(user=one.user, annotation_id=one.pk, revision=1)
    (line,) = training_videos(snapshot_take(project=annotation.video.project))
    assert len(line.segments) == 1
    assert {(turn.question, turn.answer) for turn in line.dialogue} == {
        ("Who began?", "The man in red."),
        ("Where?", "At the gate."),
    }


@pytest.mark.django_db
def test_a_question_for_a_dialogue_is_answered_by_turns_only(annotation):
    user = annotation.user
    question = QuestionFactory(video=annotation.video, kind="dialogue", start_ms=1_000, end_ms=4_000)
    assert question_lease(user=user, question=question)
    segment = drawn(explanation="A fight.")
    save(annotation, segment)
    with pytest.raises(Invalid, match="no answered question"):
        annotation_submit(user=user, annotation_id=annotation.pk, revision=1, question_id=question.pk)
    annotation_submit(user=user, annotation_id=annotation.pk, revision=1)
    question.refresh_from_db()
    assert question.state == QuestionState.LEASED
    save(annotation, {**segment, "dialogue": WHO})
    annotation_submit(user=user, annotation_id=annotation.pk, revision=2, question_id=question.pk)
    question.refresh_from_db()
    assert question.state == QuestionState.ANSWERED
