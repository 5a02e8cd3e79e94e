"""Whole requests to the API as the workbench sends them, happy and refused, with the bodies of the contract."""

import json
import uuid
import zlib
from typing import Any

import pytest
from django.db.models.expressions import RawSQL
from django.test import Client

from tests.factories import (
    FrameTimesFactory,
    MembershipFactory,
    PredictedSegmentFactory,
    PredictionFactory,
    QuestionFactory,
    RenditionFactory,
    UserFactory,
    VideoFactory,
)
from vigil.accounts.models import Role
from vigil.annotations.models import Annotation, Answer, QuestionKind, Segment
from vigil.annotations.questions import question_lease

pytestmark = pytest.mark.django_db


class Caller:
    """A person with a session who speaks JSON."""

    def __init__(self, user: Any, **options: Any) -> None:
        self.user = user
        self.client = Client(**options)
        self.client.force_login(user)

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        content = body if isinstance(body, str) else json.dumps(body)
        return self.client.generic(method, path, content, "application/json", headers=headers)


@pytest.fixture
def member():
    return MembershipFactory()


@pytest.fixture
def video(member):
    return VideoFactory(project=member.project)


@pytest.fixture
def caller(member):
    return Caller(member.user)


@pytest.fixture
def annotation(caller, video) -> dict[str, Any]:
    body: dict[str, Any] = caller.get(f"/api/videos/{video.pk}/workbench").json()["annotation"]
    return body


def drawn(**changes: Any) -> dict[str, Any]:
    return {"key": str(uuid.uuid4()), "start_ms": 1_000, "end_ms": 4_000, "label": "Fighting", **changes}


def put(caller: Caller, annotation: dict[str, Any], revision: int, *segments: Any) -> Any:
    document = {"segments": list(segments), "is_fully_watched": False, "spent_ms": 5}
    return caller.send("PUT", f"/api/annotations/{annotation['id']}", document, **{"If-Match": f'"{revision}"'})


def test_workbench_has_everything_the_contract_names(caller, video):
    strip = {"columns": 10, "rows": 2, "tile_width": 160, "tile_height": 120, "interval_ms": 1500, "count": 20}
    RenditionFactory(video=video, kind="proxy")
    RenditionFactory(video=video, kind="filmstrip", geometry=strip)
    segment = PredictedSegmentFactory(prediction=PredictionFactory(video=video))
    body = caller.get(f"/api/videos/{video.pk}/workbench").json()
    assert list(body) == ["me", "project", "video", "labels", "prediction", "awaited", "annotation", "question"]
    assert body["me"] == {"id": caller.user.pk, "name": caller.user.username, "may_manage": False}
    assert body["video"]["proxy_url"].startswith(f"/media/videos/{video.pk}/proxy")
    assert body["video"]["poster_url"] is None
    assert body["video"]["filmstrip"].pop("url").startswith(f"/media/videos/{video.pk}/filmstrip")
    assert body["video"]["filmstrip"] == strip
    assert body["prediction"]["model"] == segment.prediction.model_version.name
    assert len(body["prediction"]["fused"]) == len(body["prediction"]["clip_start_ms"]) == 15
    assert body["prediction"]["segments"] == [
        {
            "id": segment.pk,
            "start_ms": 10_000,
            "end_ms": 12_000,
            "label": "Fighting",
            "confidence": 0.85,
            "explanation": "Two people push each other.",
            "judgement": None,
        }
    ]
    assert body["annotation"]["document"] == {"segments": [], "is_fully_watched": False, "spent_ms": 0}
    assert body["annotation"]["revision"] == 0 and body["annotation"]["state"] == "draft"
    assert body["labels"][0] == {"name": "Fighting", "title": "Fighting", "hotkey": "1", "color": "#e43f3f"}
    assert body["question"] is None


def test_labels_come_in_the_language_of_the_browser(caller, video):
    answer = caller.client.get(f"/api/videos/{video.pk}/workbench", headers={"Accept-Language": "zh-hans"})
    assert answer.json()["labels"][0]["title"] == "打斗"


def test_workbench_leases_the_question_it_is_opened_for_unless_somebody_has_it(caller, member, video):
    question = QuestionFactory(video=video, kind="bounds")
    path = f"/api/videos/{video.pk}/workbench?question={question.pk}"
    body = caller.get(path).json()["question"]
    assert (body["id"], body["kind"], body["reason"]) == (question.pk, "bounds", question.reason)
    assert body["leased_until"] is not None and body["segment_id"] is None
    other = Caller(MembershipFactory(project=member.project).user)
    assert other.get(path).json()["question"] is None
    assert other.get(f"/api/videos/{video.pk}/workbench?question=nonsense").status_code == 422


def test_a_viewer_looks_without_leaving_an_annotation(video):
    viewer = Caller(MembershipFactory(project=video.project, role=Role.VIEWER).user)
    body = viewer.get(f"/api/videos/{video.pk}/workbench").json()
    assert body["annotation"]["state"] == "read_only" and not Annotation.objects.exists()


def test_frame_times(caller, video):
    FrameTimesFactory(video=video)
    times = caller.get(f"/api/videos/{video.pk}/frame-times").json()["times_ms"]
    assert len(times) == 450 and times[:3] == [0, 67, 133]


def test_frame_times_come_as_bytes_that_a_browser_keeps(caller, video):
    FrameTimesFactory(video=video)
    path = f"/api/videos/{video.pk}/frame-times/packed"
    packed = caller.client.get(path, headers={"Accept-Encoding": "gzip, deflate"})
    assert packed["Content-Encoding"] == "deflate"
    plain = caller.get(path)
    assert zlib.decompress(packed.content) == plain.content and len(plain.content) == 4 * 450
    assert caller.client.get(path, headers={"If-None-Match": packed["ETag"]}).status_code == 304


def test_the_scores_come_apart_from_the_rest(caller, video):
    prediction = PredictionFactory(video=video)
    whole = caller.get(f"/api/videos/{video.pk}/workbench").json()["prediction"]
    apart = caller.get(f"/api/videos/{video.pk}/workbench?scores=apart").json()["prediction"]
    assert len(whole["fused"]) == 15 and apart["fused"] == [] and apart["clip_start_ms"] == []
    scores = caller.get(apart["scores_url"])
    assert int.from_bytes(scores.content[:4], "little") == 15 and "immutable" in scores["Cache-Control"]
    assert caller.get(f"/api/videos/{video.pk}/predictions/{prediction.pk + 1}/scores").status_code == 404


def test_a_video_without_frame_times_is_a_plain_404(caller, video):
    assert caller.get(f"/api/videos/{video.pk}/frame-times/packed").status_code == 404
    answer = caller.get(f"/api/videos/{video.pk}/frame-times")
    assert answer.status_code == 404 and answer.json()["error"] == "Missing"


def test_save_and_what_comes_back(caller, annotation):
    segment = drawn(explanation="<i>A man</i> shoves another 男人")
    answer = put(caller, annotation, 0, segment)
    assert answer.status_code == 200
    assert answer.json()["revision"] == 1 and answer.json()["saved_at"]
    stored = Annotation.objects.get().segments.get()
    assert stored.explanation == "<i>A man</i> shoves another 男人"
    assert put(caller, annotation, 1, {**segment, "end_ms": 5_000}).json()["revision"] == 2


def test_a_page_is_answered_for_the_person_alone_for_whom_it_was_made(caller, annotation):
    path, document = f"/api/annotations/{annotation['id']}", {"segments": [drawn()]}
    other = UserFactory(is_superuser=True)
    answer = Caller(other).send("PUT", path, document, **{"If-Match": "0", "X-Vigil-User": str(caller.user.pk)})
    assert answer.status_code == 401 and answer.json()["error"] == "SomebodyElse"
    assert answer.json()["detail"].startswith(f"{other.username} is logged in in this browser now.")
    assert Annotation.objects.get().revision == 0
    mine = {"If-Match": "0", "X-Vigil-User": str(caller.user.pk)}
    assert caller.send("PUT", path, document, **mine).status_code == 200


def test_a_refusal_says_which_segment_it_is_about(caller, annotation):
    good, beyond = drawn(), drawn(end_ms=30_001)
    answer = put(caller, annotation, 0, good, beyond).json()
    assert answer["segment_key"] == beyond["key"]
    answer = put(caller, annotation, 0, good, drawn(explanation="x" * 5_001)).json()
    assert answer["place"] == ["segments", 1, "explanation"]


def test_a_save_writes_the_segments_that_changed_and_no_others(caller, annotation):
    kept, moved, gone = drawn(), drawn(start_ms=2_000), drawn(start_ms=3_000)
    put(caller, annotation, 0, kept, moved, gone)
    # A row that is written again, even with the same values, moves to another place of its table.
    placed = Segment.objects.annotate(place=RawSQL("ctid::text", [])).values_list("key", "place", "end_ms")
    before = {str(key): place for key, place, _ in placed}
    put(caller, annotation, 1, kept, {**moved, "end_ms": 9_000})
    after = {str(key): (place, end_ms) for key, place, end_ms in placed.all()}
    assert after.keys() == {kept["key"], moved["key"]}
    assert after[kept["key"]] == (before[kept["key"]], kept["end_ms"])
    assert after[moved["key"]][0] != before[moved["key"]] and after[moved["key"]][1] == 9_000


def test_the_second_writer_gets_a_conflict_with_the_first_ones_document(caller, annotation):
    first, second = drawn(), drawn(start_ms=2_000)
    put(caller, annotation, 0, first)
    answer = put(caller, annotation, 0, second)
    body = answer.json()
    assert answer.status_code == 409
    assert list(body) == ["error", "detail", "revision", "document", "saved_by"]
    assert (body["error"], body["revision"], body["saved_by"]) == ("Conflict", 1, caller.user.username)
    assert [one["key"] for one in body["document"]["segments"]] == [first["key"]]


def test_a_save_must_name_its_revision(caller, annotation):
    path, document = f"/api/annotations/{annotation['id']}", {"segments": []}
    answer = caller.send("PUT", path, document)
    assert answer.status_code == 428 and answer.json()["error"] == "RevisionNotNamed"
    for wrong in ("*", "abc", '"1', "1.5", '"-1"', "\u0661"):
        assert caller.send("PUT", path, document, **{"If-Match": wrong}).status_code == 422, wrong
    assert caller.send("PUT", path, document, **{"If-Match": "0"}).status_code == 200


@pytest.mark.parametrize(
    ("segment", "said"),
    [
        (drawn(end_ms=30_001), "Segment 1 (1000-30001 ms, Fighting) reaches beyond the video's end"),
        (drawn(label="Dancing"), "unknown label 'Dancing'"),
        (drawn(source_id=123456), "model segment 123456, which is not of this video"),
        (drawn(key="no-uuid"), "segments.0.key"),
        (drawn(explanation="x" * 5_001), "segments.0.explanation"),
        (drawn(more=1), "segments.0.more"),
        ("not a segment", "segments.0"),
    ],
)
def test_bad_segments_are_named(caller, annotation, segment, said):
    answer = put(caller, annotation, 0, segment)
    assert answer.status_code == 422
    assert answer.json()["error"] == "Invalid" and said in answer.json()["detail"]


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"segments": null}', '{"segments": {}}', '"\\ud800"'])
def test_a_broken_body_is_a_plain_refusal(caller, annotation, body):
    answer = caller.send("PUT", f"/api/annotations/{annotation['id']}", body, **{"If-Match": '"0"'})
    assert answer.status_code in (400, 422) and set(answer.json()) - {"place"} == {"error", "detail"}


def test_submit_answers_the_question_and_leads_to_the_next(caller, member, video, annotation):
    first, second = (QuestionFactory(video=video, kind="bounds", priority=priority) for priority in (2, 1))
    question_lease(user=member.user, question=first)
    put(caller, annotation, 0, drawn())
    path = f"/api/annotations/{annotation['id']}/submit"
    answer = caller.send("POST", path, {"question_id": first.pk}, **{"If-Match": '"1"'})
    assert answer.json() == {"revision": 1, "next": {"url": f"/videos/{video.pk}/?question={second.pk}"}}
    assert Answer.objects.get().question == first
    assert Annotation.objects.get().state == "submitted"
    stale = caller.send("POST", path, {"question_id": None}, **{"If-Match": '"0"'})
    assert stale.status_code == 409 and stale.json()["revision"] == 1


def test_submitting_the_last_one_leads_nowhere(caller, annotation):
    answer = caller.send("POST", f"/api/annotations/{annotation['id']}/submit", {}, **{"If-Match": '"0"'})
    assert answer.json() == {"revision": 0, "next": None}


def test_a_question_from_asking_to_answering_to_undoing(caller, member, video):
    RenditionFactory(video=video, kind="proxy")
    segment = PredictedSegmentFactory(prediction=PredictionFactory(video=video))
    question = QuestionFactory(video=video, segment=segment, prediction=segment.prediction)
    path = f"/api/projects/{member.project.slug}/questions/next"
    body = caller.send("POST", path, {"kinds": ["glance", "verify"], "exclude": []}).json()
    assert body["open"] == 1
    got = body["question"]
    assert (got["id"], got["video_name"], got["duration_ms"]) == (question.pk, video.name, 30_000)
    assert (got["label"], got["model"]) == ("Fighting", segment.prediction.model_version.name)
    assert (got["play"]["start_ms"], got["play"]["end_ms"]) == (8_500, 13_500)
    assert got["play"]["proxy_url"].startswith("/media/")
    answer = caller.send(
        "POST", f"/api/questions/{question.pk}/answer", {"payload": {"verdict": "yes"}, "spent_ms": 700}
    )
    answer_id = answer.json()["answer_id"]
    assert Answer.objects.get(pk=answer_id).spent_ms == 700
    assert caller.send("POST", path, {}).json() == {"question": None, "open": 0}
    assert caller.send("POST", f"/api/answers/{answer_id}/withdraw").json() == {}
    assert caller.send("POST", path, {}).json()["question"]["id"] == question.pk
    assert caller.send("POST", f"/api/questions/{question.pk}/skip", {}).json() == {}
    assert caller.send("POST", path, {}).json() == {"question": None, "open": 0}


def test_answering_what_somebody_else_holds_is_a_conflict(caller, member, video):
    question = QuestionFactory(video=video)
    question_lease(user=MembershipFactory(project=member.project).user, question=question)
    answer = caller.send("POST", f"/api/questions/{question.pk}/answer", {"payload": {"verdict": "yes"}})
    assert answer.status_code == 409
    assert answer.json()["detail"] == "Somebody else has this question now; take the next one."


@pytest.mark.parametrize("body", [{"kinds": ["dance"]}, {"exclude": ["x"]}, {"exclude": [2**70]}, {"more": 1}])
def test_a_wrong_wish_for_the_next_question_is_refused(caller, member, body):
    answer = caller.send("POST", f"/api/projects/{member.project.slug}/questions/next", body)
    assert answer.status_code == 422 and answer.json()["error"] == "Invalid"


def test_what_waits_and_keeping_what_one_has(caller, member, video):
    question = QuestionFactory(video=video, kind="explain", reason="the model is unsure of its sentence")
    assert question_lease(user=member.user, question=question)
    other = QuestionFactory(video=video)
    assert question_lease(user=MembershipFactory(project=member.project).user, question=other)
    slug = member.project.slug
    waiting = caller.get(f"/api/projects/{slug}/questions/waiting").json()
    assert waiting["reaction"] == {"reaction_ms": 350, "taps": 0}
    explain = {"kind": "explain", "open": 1, "seconds": 30.0, "reason": "the model is unsure of its sentence"}
    assert explain in waiting["kinds"] and len(waiting["kinds"]) == len(QuestionKind)
    kept = caller.send("POST", f"/api/projects/{slug}/questions/renew", {"ids": [question.pk, other.pk]}).json()
    assert kept == {"ids": [question.pk], "lease_ms": 600_000}
    refused = caller.send("POST", f"/api/projects/{slug}/questions/renew", {"ids": ["x"]})
    assert refused.status_code == 422
    stranger = Caller(UserFactory())
    assert stranger.get(f"/api/projects/{slug}/questions/waiting").status_code == 404


def test_changes_need_the_csrf_token_and_pass_with_it(member, video):
    strict = Caller(member.user, enforce_csrf_checks=True)
    strict.get(f"/videos/{video.pk}/")
    path, body = f"/api/projects/{member.project.slug}/questions/next", {}
    refused = strict.send("POST", path, body)
    assert refused.status_code == 403 and "CSRF" in refused.json()["detail"]
    token = strict.client.cookies["csrftoken"].value
    assert strict.send("POST", path, body, **{"X-CSRFToken": token}).status_code == 200


def test_refusals_of_strangers_and_the_logged_out_have_one_shape(video):
    stranger = Caller(UserFactory()).get(f"/api/videos/{video.pk}/workbench")
    assert stranger.status_code == 404 and stranger.json()["error"] == "Missing"
    nobody = Client().get(f"/api/videos/{video.pk}/workbench")
    assert nobody.status_code == 401 and nobody.json()["error"] == "NotLoggedIn"
    assert set(stranger.json()) == set(nobody.json()) == {"error", "detail"}


def test_ids_beyond_every_row_are_missing_and_not_a_fault(caller):
    for path in ("/api/videos/99999999999999999999/workbench", "/api/videos/0/frame-times"):
        assert caller.get(path).status_code == 404, path
    assert caller.send("POST", "/api/questions/99999999999999999999/skip").status_code == 404


def test_openapi_describes_the_contract(caller):
    paths = caller.get("/api/openapi.json").json()["paths"]
    assert set(paths["/api/annotations/{annotation_id}"]) == {"put"}
    headers = [one["name"] for one in paths["/api/annotations/{annotation_id}"]["put"]["parameters"]]
    assert "If-Match" in headers
