"""What a person sets for themselves: stored strictly, and theirs alone."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.factories import UserFactory
from vigil.accounts.models import User
from vigil.accounts.schemas import COMMANDS, STROKE
from vigil.accounts.selectors import preferences_of

pytestmark = pytest.mark.django_db
NOTHING = {"preset": "default", "uses_single_keys": True, "bindings": {}}


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(UserFactory())
    return client


def put(client: Client, keys: Any, **more: Any) -> Any:
    body = json.dumps({"keys": keys, **more})
    return client.put("/api/me/preferences", body, content_type="application/json")


def test_a_person_who_set_nothing_has_the_default_keys(client):
    assert client.get("/api/me/preferences").json() == {"keys": NOTHING}


def test_what_is_set_comes_back_and_replaces_what_was_set_before(client):
    keys = {"preset": "cvat", "uses_single_keys": False, "bindings": {"accept": ["Shift+Q", "F2"], "split": []}}
    assert put(client, keys).status_code == 200
    assert client.get("/api/me/preferences").json() == {"keys": keys}
    assert put(client, NOTHING).status_code == 200
    assert client.get("/api/me/preferences").json() == {"keys": NOTHING}


def test_nobody_reads_or_writes_what_somebody_else_set(client):
    other = UserFactory()
    assert put(client, {**NOTHING, "preset": "premiere"}).status_code == 200
    assert put(client, NOTHING, user=other.pk).status_code == 422
    other.refresh_from_db()
    assert other.preferences == {} and preferences_of(user=other).keys.preset == "default"


def test_without_a_login_there_is_nothing():
    assert Client().get("/api/me/preferences").status_code == 401
    assert put(Client(), NOTHING).status_code == 401


@pytest.mark.parametrize(
    "keys",
    [
        {**NOTHING, "preset": "vim"},
        {**NOTHING, "uses_single_keys": "yes"},
        {**NOTHING, "more": 1},
        {**NOTHING, "bindings": {"<img src=x onerror=alert(1)>": ["A"]}},
        {**NOTHING, "bindings": {"fly": ["A"]}},
        {**NOTHING, "bindings": {"accept": "A"}},
        {**NOTHING, "bindings": {"accept": ["<script>alert(1)</script>"]}},
        {**NOTHING, "bindings": {"accept": ["a"]}},
        {**NOTHING, "bindings": {"accept": ["Shift+Ctrl+A"]}},
        {**NOTHING, "bindings": {"accept": ["A\n"]}},
        {**NOTHING, "bindings": {"accept": ["A", "B", "C", "D"]}},
        {"preset": "default"},
        [],
    ],
)
def test_anything_but_known_commands_and_keys_is_refused(client, keys):
    refused = put(client, keys)
    assert refused.status_code == 422 and refused.json()["error"] == "Invalid"
    assert client.get("/api/me/preferences").json() == {"keys": NOTHING}


def test_commands_of_another_version_are_left_out_when_read():
    keys = {"preset": "cvat", "uses_single_keys": True, "bindings": {"accept": ["Q"], "teleport": ["T"]}}
    user = UserFactory(preferences={"keys": keys})
    assert preferences_of(user=user).keys.bindings == {"accept": ["Q"]}
    User.objects.filter(pk=user.pk).update(preferences={"keys": {"preset": 7}})
    user.refresh_from_db()
    assert preferences_of(user=user).keys.preset == "default"


@pytest.mark.parametrize(
    "stroke", ["A", "+", "Ctrl++", "Ctrl+Alt+Shift+ArrowLeft", "F12", "<", ">", "Ctrl+,", "É", "Space"]
)
def test_a_stroke_is_one_key_with_what_is_held(stroke):
    assert STROKE.fullmatch(stroke)


def test_the_server_knows_the_commands_of_the_table():
    assert {"accept", "submit", "question_yes"} <= COMMANDS
