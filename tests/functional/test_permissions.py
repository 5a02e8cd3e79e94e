"""Every route x role x method, walked from the real URLconf: a route without a rule fails here."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories import (
    AnnotationFactory,
    DraftFactory,
    FrameTimesFactory,
    MembershipFactory,
    ModelVersionFactory,
    PredictionFactory,
    ProjectFactory,
    QuestionFactory,
    RenditionFactory,
    UserFactory,
    VideoFactory,
)
from tests.functional.route_rules import RULES, WITHOUT_A_VIEW, Level, Rule
from vigil.accounts.models import Role, User
from vigil.annotations.models import Answer, QuestionState
from vigil.annotations.questions import question_lease
from vigil.interop.models import ExportRequest
from vigil.interop.services.requests import zip_path
from vigil.retraining.models import TrainingRun
from vigil.review.models import Comment
from vigil.snapshots.models import DatasetExport, Snapshot
from vigil.videos.models import ImportJob

pytestmark = pytest.mark.django_db

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
CALLERS = ["anonymous", "stranger", *[role.value for role in reversed(Role)], "superuser"]
LEVELS = {
    "anonymous": Level.ANYBODY,
    "stranger": Level.LOGGED_IN,
    "viewer": Level.VIEWER,
    "annotator": Level.ANNOTATOR,
    "reviewer": Level.REVIEWER,
    "manager": Level.MANAGER,
    "owner": Level.OWNER,
    "superuser": Level.SUPERUSER,
}


def routes(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    """Every route of the URLconf but the admin site's, which has a test of its own."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if route == "admin/":
            continue
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


def caller_named(name: str) -> User | None:
    if name == "anonymous":
        return None
    return UserFactory(is_superuser=name == "superuser", is_staff=name == "superuser")


def client_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def things_of(caller: User | None) -> dict[str, Any]:
    """One of everything that an address can name, belonging to the caller where things belong to people."""
    owner = caller or UserFactory()
    video = VideoFactory(project=ProjectFactory())
    project = video.project
    version = ModelVersionFactory(project=project)
    prediction = PredictionFactory(video=video, model_version=version)
    FrameTimesFactory(video=video)
    poster = RenditionFactory(video=video, kind="poster")
    file = Path(settings.MEDIA_ROOT) / poster.path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"a picture")
    question, answered = QuestionFactory(video=video), QuestionFactory(video=video, state=QuestionState.ANSWERED)
    question_lease(user=owner, question=question)
    answer = Answer.objects.create(question=answered, user=owner, kind="verify", payload={"verdict": "yes"})
    snapshot = Snapshot.objects.create(project=project, content_sha256="0" * 64, manifest={}, counts={})
    run = TrainingRun.objects.create(project=project, snapshot=snapshot, profile="tiny", phases=[1])
    return {
        "project": project,
        "slug": project.slug,
        "video_id": video.pk,
        "prediction_id": prediction.pk,
        "kind": "poster",
        "import_id": ImportJob.objects.create(project=project).pk,
        "run_id": run.pk,
        "export_id": finished_export(snapshot).pk,
        "name": version.name,
        "annotation_id": AnnotationFactory(video=video, user=owner, state="draft").pk,
        "question_id": question.pk,
        "answer_id": answer.pk,
        "user_id": MembershipFactory(project=project, role=Role.VIEWER).user_id,
        "comment_id": Comment.objects.create(video=video, at_ms=0, text="Look here.", author=owner).pk,
        "draft_id": DraftFactory(video=video, user=owner, model_version=version).pk,
    }


def finished_export(snapshot: Snapshot) -> ExportRequest:
    export = DatasetExport.objects.create(snapshot=snapshot, format="llava", path="", records=0)
    request = ExportRequest.objects.create(project=snapshot.project, format="llava", state="succeeded", export=export)
    zip_path(request).parent.mkdir(parents=True, exist_ok=True)
    zip_path(request).write_bytes(b"a zip file")
    return request


def call(client: Client, method: str, route: str, rule: Rule, things: dict[str, Any]) -> Any:
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(things[found.group(1)]), route)
    if method in ("GET", "HEAD"):
        return getattr(client, method.lower())(path)
    if rule.is_json:
        return client.generic(method, path, json.dumps(rule.body), "application/json", headers=rule.headers)
    if method == "POST":
        return client.post(path, rule.body)
    return client.generic(method, path)


def is_sent_to_login(answer: Any) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/login?next=")


def is_refused(answer: Any) -> bool:
    return answer.status_code in (401, 403, 404, 405) or is_sent_to_login(answer)


@pytest.mark.parametrize("route", sorted(set(routes()) - WITHOUT_A_VIEW))
def test_each_route_serves_those_it_should_and_refuses_the_rest(route):
    assert route in RULES, f"add {route!r} to RULES in route_rules.py: who may call it with which method?"
    rule = RULES[route]
    for name in CALLERS:
        user = caller_named(name)
        things = things_of(user)
        if name in Role.values:
            MembershipFactory(user=user, project=things["project"], role=name)
        client = client_of(user)
        for method in METHODS:
            before = transaction.savepoint()
            answer = call(client, method, route, rule, things)
            transaction.savepoint_rollback(before)
            check(answer, rule.methods.get(method), name, f"{name} {method} {route}: {answer.status_code}")


def check(answer: Any, needed: Level | None, name: str, what: str) -> None:
    if needed is None:
        assert is_refused(answer), what
    elif LEVELS[name] >= needed:
        assert answer.status_code < 500 and not is_refused(answer), what
    elif name == "anonymous":
        assert answer.status_code == 401 or is_sent_to_login(answer), what
    elif name == "stranger" and needed < Level.SUPERUSER:
        assert answer.status_code == 404, what
    else:
        assert answer.status_code == 403, what


def test_every_rule_is_of_a_route():
    assert set(RULES) <= set(routes())


@pytest.mark.parametrize("name", [name for name in CALLERS if name != "superuser"])
def test_admin_site_is_for_superusers_only(name):
    if (user := caller_named(name)) is not None:
        user.is_staff = True
        user.save()
    answer = client_of(user).get("/admin/accounts/user/")
    assert answer.status_code == 302 and answer["Location"].startswith("/admin/login/")


def test_admin_site_opens_for_a_superuser():
    client = Client()
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert client.get("/admin/accounts/user/").status_code == 200
    assert client.get("/admin/accounts/auditevent/").status_code == 200


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("annotator", 403), ("reviewer", 200), ("owner", 200)])
def test_somebody_elses_annotation_is_for_reviewers(role, status):
    annotation = AnnotationFactory(state="draft")
    member = MembershipFactory(project=annotation.video.project, role=role)
    client = Client()
    client.force_login(member.user)
    answer = call(
        client,
        "PUT",
        "api/annotations/<int:annotation_id>",
        RULES["api/annotations/<int:annotation_id>"],
        {"annotation_id": annotation.pk},
    )
    assert answer.status_code == status


def test_somebody_elses_answer_cannot_be_withdrawn():
    things = things_of(UserFactory())
    owner = MembershipFactory(project=things["project"], role=Role.OWNER)
    client = Client()
    client.force_login(owner.user)
    assert client.post(f"/api/answers/{things['answer_id']}/withdraw").status_code == 403
    assert Answer.objects.get(pk=things["answer_id"]).withdrawn_at is None


def test_frozen_truth_cannot_be_written_by_hand():
    annotation = AnnotationFactory(user=None, is_frozen_truth=True)
    owner = MembershipFactory(project=annotation.video.project, role=Role.OWNER)
    client = Client()
    client.force_login(owner.user)
    answer = call(
        client,
        "PUT",
        "api/annotations/<int:annotation_id>",
        RULES["api/annotations/<int:annotation_id>"],
        {"annotation_id": annotation.pk},
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("route", sorted(route for route, rule in RULES.items() if set(rule.methods) - {"GET", "HEAD"}))
def test_every_change_needs_the_csrf_token(route):
    rule = RULES[route]
    method = next(iter(set(rule.methods) - {"GET", "HEAD", "PUT"}), "PUT")
    user = UserFactory(is_superuser=True)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert call(client, method, route, rule, things_of(user)).status_code == 403
