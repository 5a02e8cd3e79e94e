"""What the server says, in the language of who asks."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import MembershipFactory, PredictionFactory, QuestionFactory, UserFactory, VideoFactory
from vigil.accounts.models import Role
from vigil.active_learning.services import queue_fill

pytestmark = pytest.mark.django_db
CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}


def reader(user: Any = None) -> Client:
    client = Client(headers=CHINESE)
    if user is not None:
        client.force_login(user)
    return client


def test_refusals_of_the_api_are_chinese_for_a_chinese_reader() -> None:
    member = MembershipFactory(role=Role.ANNOTATOR)
    video = VideoFactory(project=member.project)
    path = f"/api/videos/{video.pk}/workbench"
    assert reader().get(path).json()["detail"] == "登录已过期。请重新登录；您在此处的工作会保留。"
    assert reader(UserFactory()).get(path).json()["detail"] == f"没有视频 {video.pk}，或您不是其项目的成员。"
    question = QuestionFactory(video=video, kind="verify")
    answered = f"/api/questions/{question.pk}/answer"
    wrong = reader(member.user).post(answered, {"payload": {}, "spent_ms": -1}, content_type="application/json")
    assert wrong.json()["detail"] == "spent_ms: 应大于或等于 0"
    incomplete = reader(member.user).post(answered, {"payload": {}}, content_type="application/json")
    assert incomplete.json()["detail"] == "“核实”的回答内容，verdict：此项必填"


def test_pages_of_errors_are_chinese_for_a_chinese_reader() -> None:
    viewer = MembershipFactory(role=Role.VIEWER)
    page = reader(viewer.user).get(f"/projects/{viewer.project.slug}/training/")
    assert page.status_code == 403 and "您在此的角色是" in page.content.decode()


def test_a_round_of_questions_says_why_in_each_language() -> None:
    member = MembershipFactory(role=Role.ANNOTATOR)
    prediction = PredictionFactory(video=VideoFactory(project=member.project))
    queue_fill(project=member.project, model_version=prediction.model_version)
    path = f"/api/projects/{member.project.slug}/questions/next"
    english = Client()
    english.force_login(member.user)
    said = english.post(path, {"kinds": ["verify"]}, content_type="application/json").json()["question"]
    told = reader(member.user).get(f"/api/videos/{said['video_id']}/workbench?question={said['id']}")
    assert said["reason"].isascii() and told.json()["question"]["reason"].endswith("。")
    waiting = reader(member.user).get(f"/api/projects/{member.project.slug}/questions/waiting").json()["kinds"]
    assert all(one["reason"].endswith("。") for one in waiting if one["open"])
