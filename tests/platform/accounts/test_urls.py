"""Logging in and out, and being locked out."""

import pytest
from django.test import Client, override_settings

from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def attempt(client: Client, name: str, password: str, **more):
    return client.post("/login", {"username": name, "password": password, **more})


def test_login_leads_to_where_the_person_wanted_to_go():
    user, client = UserFactory(), Client()
    answer = attempt(client, user.username, PASSWORD, next="/projects/city/")
    assert answer.status_code == 302 and answer["Location"] == "/projects/city/"
    assert client.get("/").status_code == 200


def test_login_leads_nowhere_outside():
    user = UserFactory()
    assert attempt(Client(), user.username, PASSWORD, next="https://evil.example/")["Location"] == "/"


def test_a_wrong_password_is_refused_without_saying_which_part_was_wrong():
    user, client = UserFactory(), Client()
    known = attempt(client, user.username, "wrong").content.decode()
    unknown = attempt(client, "nobody-here", "wrong").content.decode()
    assert "correct" in known and 'role="alert"' in known
    assert known.count("alert-error") == unknown.count("alert-error") == 1
    assert client.get("/").status_code == 302


@override_settings(AXES_FAILURE_LIMIT=3)
def test_too_many_wrong_passwords_lock_the_name_out_even_for_the_right_one():
    user, client = UserFactory(), Client()
    for _ in range(3):
        attempt(client, user.username, "wrong")
    answer = attempt(client, user.username, PASSWORD)
    assert answer.status_code == 429 and "Wait 15 minutes" in answer.content.decode()
    assert client.get("/").status_code == 302


def test_logout_ends_the_session_and_needs_a_post():
    client = Client()
    client.force_login(UserFactory())
    assert client.get("/logout").status_code == 405
    assert client.post("/logout")["Location"] == "/login"
    assert client.get("/")["Location"] == "/login?next=/"


def test_there_is_no_sign_up():
    assert [Client().get(path).status_code for path in ("/signup", "/register", "/accounts/signup/")] == [404] * 3


def test_a_form_without_its_token_gets_a_page_that_says_what_to_do():
    answer = attempt(Client(enforce_csrf_checks=True), "ada", PASSWORD)
    assert answer.status_code == 403
    assert "Go back, reload the page and send it again" in answer.content.decode()
