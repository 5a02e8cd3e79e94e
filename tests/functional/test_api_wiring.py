"""The pages and the API answer at all, with the bodies that the contract names."""

import pytest
from django.test import Client

from tests.factories import MembershipFactory, PredictedSegmentFactory, PredictionFactory, VideoFactory
from vigil.accounts.models import Role

pytestmark = pytest.mark.django_db


def logged_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_pages_of_a_member_render():
    membership = MembershipFactory(role=Role.OWNER)
    video = VideoFactory(project=membership.project)
    PredictedSegmentFactory(prediction=PredictionFactory(video=video))
    client = logged_in(membership.user)
    for path in [
        "/",
        f"/projects/{video.project.slug}/",
        f"/videos/{video.pk}/",
        f"/projects/{video.project.slug}/questions/",
    ]:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert membership.project.name in answer.content.decode()


def test_login_page_opens_for_strangers_and_other_pages_send_there():
    client = Client()
    assert client.get("/login").status_code == 200
    assert client.get("/")["Location"] == "/login?next=/"


def test_workbench_has_everything_the_contract_names():
    membership = MembershipFactory()
    segment = PredictedSegmentFactory(prediction=PredictionFactory(video=VideoFactory(project=membership.project)))
    video = segment.prediction.video
    body = logged_in(membership.user).get(f"/api/videos/{video.pk}/workbench").json()
    assert list(body) == ["me", "project", "video", "labels", "prediction", "annotation", "question"]
    assert body["video"]["filmstrip"] is None and body["video"]["proxy_url"] is None
    assert body["prediction"]["model"] == segment.prediction.model_version.name
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
    assert body["annotation"]["revision"] == 0
    assert body["annotation"]["document"] == {"segments": [], "is_fully_watched": False, "spent_ms": 0}
    assert body["labels"][0] == {"name": "Fighting", "title": "Fighting", "hotkey": "1", "color": "#e43f3f"}
    assert body["question"] is None
