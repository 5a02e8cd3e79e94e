"""Asking the current model for words: who may, for what, and how a draft that was taken is remembered."""

import uuid

import pytest
from django.test import Client

from ml.contracts import DraftedText, LabelledSegment
from tests.factories import (
    DraftFactory,
    MembershipFactory,
    ModelVersionFactory,
    PredictedSegmentFactory,
    PredictionFactory,
    UserFactory,
    VideoFactory,
)
from vigil.accounts.models import Role
from vigil.annotations import drafts
from vigil.annotations.drafts import MOST_WAITING, draft_request, draft_text_set, phrasing_of
from vigil.annotations.models import Draft, Outcome, Segment
from vigil.annotations.schemas import DocumentIn, DraftIn
from vigil.annotations.services import annotation_open, annotation_save, annotation_submit
from vigil.projects.errors import Conflict, Invalid
from vigil.projects.work import WorkState
from vigil.snapshots.selectors import training_videos
from vigil.snapshots.services import snapshot_take

pytestmark = pytest.mark.django_db
ASKED = {"kind": "explanation", "start_ms": 1_000, "end_ms": 4_000, "label": "Fighting"}


@pytest.fixture
def member():
    return MembershipFactory(role=Role.ANNOTATOR)


@pytest.fixture
def video(member):
    video = VideoFactory(project=member.project, split="train")
    ModelVersionFactory(project=member.project, number=3)
    return video


def asked(**changes) -> DraftIn:
    return DraftIn.model_validate({**ASKED, **changes})


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_draft_is_asked_for_nudged_and_read_back(member, video, monkeypatch):
    nudged = []
    monkeypatch.setattr(drafts, "nudge", nudged.append)
    client = client_of(member.user)
    posted = client.post(f"/api/videos/{video.pk}/drafts", ASKED, content_type="application/json")
    assert posted.status_code == 202, posted.content
    waiting = {"state": "queued", "text": "", "model": "v3", "error": "", "is_own_words": False}
    assert posted.json() == {"id": Draft.objects.get().pk, **waiting}
    assert nudged == ["vigil.gpu.tasks.draft_next"]

    claimed = Draft.objects.all().claim_next()
    assert draft_text_set(draft=claimed, written=DraftedText("A man falls.", 0.9))
    answer = client.get(f"/api/drafts/{claimed.pk}").json()
    assert (answer["state"], answer["text"], answer["is_own_words"]) == ("succeeded", "A man falls.", True)


def test_somebody_elses_draft_is_nobodys_business(member, video):
    theirs = draft_request(user=MembershipFactory(project=member.project).user, video=video, asked=asked())
    assert client_of(member.user).get(f"/api/drafts/{theirs.pk}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"end_ms": 1_000}, "not inside the video"),
        ({"end_ms": 10_000_000}, "not inside the video"),
        ({"kind": "answer"}, "no question to answer"),
        ({"question": "Why?"}, "has no question"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_cure(member, video, changes, said):
    with pytest.raises(Invalid, match=said):
        draft_request(user=member.user, video=video, asked=asked(**changes))


def test_a_project_without_a_model_says_so(member):
    with pytest.raises(Conflict, match="no model in production yet"):
        draft_request(user=member.user, video=VideoFactory(project=member.project), asked=asked())


def test_the_same_draft_is_not_waited_for_twice_and_the_queue_is_not_flooded(member, video):
    first = draft_request(user=member.user, video=video, asked=asked())
    assert draft_request(user=member.user, video=video, asked=asked()) == first
    for end_ms in range(5_000, 5_000 + MOST_WAITING - 1):
        draft_request(user=member.user, video=video, asked=asked(end_ms=end_ms))
    with pytest.raises(Conflict, match="still waiting"):
        draft_request(user=member.user, video=video, asked=asked(end_ms=9_000))
    assert client_of(member.user).post(f"/api/drafts/{first.pk}/cancel").json()["state"] == WorkState.CANCELLED
    draft_request(user=member.user, video=video, asked=asked(end_ms=9_000))


def test_asking_again_asks_in_other_words(member, video):
    rows = []
    for _ in range(3):
        rows.append(draft_request(user=member.user, video=video, asked=asked()))
        Draft.objects.update(state=WorkState.SUCCEEDED)
    assert [phrasing_of(row) for row in rows] == [0, 1, 2]


def test_a_draft_that_was_cancelled_meanwhile_keeps_no_text(member, video):
    draft_request(user=member.user, video=video, asked=asked())
    claimed = Draft.objects.all().claim_next()
    Draft.objects.cancel(claimed.pk)
    assert not draft_text_set(draft=claimed, written=DraftedText("Too late.", 0.5))
    assert Draft.objects.get().text == ""


@pytest.fixture
def taken(member, video):
    """A draft that the newer model v3 wrote about v2's segment."""
    old = ModelVersionFactory(project=member.project, number=2, state="archived", promoted_at=None)
    prediction = PredictionFactory(video=video, model_version=old)
    source = PredictedSegmentFactory(
        prediction=prediction, start_ms=1_000, end_ms=4_000, explanation="Two people push each other."
    )
    draft = DraftFactory(
        video=video, user=member.user, state=WorkState.SUCCEEDED, text="A man in red shoves another man.",
        confidence=0.8,
        model_version=member.project.model_versions.get(number=3),
    )  # fmt: skip
    return source, draft


def saved(member, video, **changes) -> Segment:
    annotation = annotation_open(user=member.user, video=video)
    segment = {"key": str(uuid.uuid4()), "start_ms": 1_000, "end_ms": 4_000, "label": "Fighting", **changes}
    document = DocumentIn.model_validate({"segments": [segment]})
    annotation_save(user=member.user, annotation_id=annotation.pk, revision=annotation.revision, document=document)
    return Segment.objects.get(key=segment["key"])


def test_taking_a_new_draft_as_it_is_accepts_and_remembers_it(member, video, taken):
    source, draft = taken
    segment = saved(member, video, source_id=source.pk, draft_id=draft.pk, explanation=draft.text)
    assert (segment.outcome, segment.draft_explanation, segment.draft, segment.source) == (
        Outcome.ACCEPTED,
        draft.text,
        draft,
        source,
    )


def test_a_preference_is_against_the_draft_that_the_person_really_saw(member, video, taken):
    source, draft = taken
    said = "A man in red shoves a cyclist."
    saved(member, video, source_id=source.pk, draft_id=draft.pk, explanation=said, draft_explanation="made up")
    annotation = annotation_open(user=member.user, video=video)
    annotation_submit(user=member.user, annotation_id=annotation.pk, revision=1)
    snapshot = snapshot_take(project=member.project)
    (line,) = training_videos(snapshot)
    assert line.segments == (LabelledSegment(1_000, 4_000, "Fighting", said, draft.text),)
    (told,) = snapshot.manifest["sources"][video.sha256]
    assert (told["model"], told["outcome"]) == ("v3", "changed")


def test_a_draft_in_the_templates_words_is_no_side_of_a_preference(member, video, taken):
    source, draft = taken
    Draft.objects.filter(pk=draft.pk).update(confidence=None)
    saved(member, video, source_id=source.pk, draft_id=draft.pk, explanation="A man in red shoves a cyclist.")
    annotation = annotation_open(user=member.user, video=video)
    annotation_submit(user=member.user, annotation_id=annotation.pk, revision=1)
    snapshot = snapshot_take(project=member.project)
    (line,) = training_videos(snapshot)
    assert (line.segments[0].explanation, line.segments[0].draft) == ("A man in red shoves a cyclist.", "")
    assert snapshot.counts["corrected_explanations"] == 0


def test_a_drawn_segment_with_a_draft_is_still_drawn_and_another_videos_draft_is_refused(member, video, taken):
    _, draft = taken
    segment = saved(member, video, draft_id=draft.pk, explanation=draft.text, outcome="accepted")
    assert (segment.outcome, segment.draft_explanation) == (Outcome.MANUAL, draft.text)
    other = DraftFactory(user=UserFactory(), state=WorkState.SUCCEEDED, text="Elsewhere.")
    with pytest.raises(Invalid, match=f"draft {other.pk}, which is not of this video"):
        saved(member, video, draft_id=other.pk)


def test_a_draft_that_somebody_else_asked_for_is_taken_from_who_saved_the_annotation_alone(member, video, taken):
    source, draft = taken
    draft.user = MembershipFactory(project=member.project, role=Role.REVIEWER).user
    draft.save()
    with pytest.raises(Invalid):
        saved(member, video, draft_id=draft.pk)
    annotation = annotation_open(user=member.user, video=video)
    document = DocumentIn.model_validate({"segments": [
        {"key": str(uuid.uuid4()), "start_ms": 1_000, "end_ms": 4_000, "label": "Fighting", "draft_id": draft.pk}
    ]})  # fmt: skip
    kept = annotation_save(user=draft.user, annotation_id=annotation.pk, revision=0, document=document)
    mine = document.model_copy(update={"spent_ms": 5})
    assert annotation_save(user=member.user, annotation_id=kept.pk, revision=1, document=mine).revision == 2


def test_questions_and_phrases_come_in_each_language_of_the_template(member):
    books = client_of(member.user).get(f"/api/projects/{member.project.slug}/phrases").json()["books"]
    assert [book["language"] for book in books] == ["en", "zh-Hans"]
    assert books[0]["phrases"]["labels"]["Fighting"][0] == "{A man} pushes {another man}."
    assert books[1]["questions"]["labels"]["Fighting"][0] == "谁先动手？"
