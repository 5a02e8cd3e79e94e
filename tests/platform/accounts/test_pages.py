"""The page of a person's settings."""

import pytest
from django.test import Client

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_the_settings_page_needs_a_login():
    answer = Client().get("/settings/")
    assert answer.status_code == 302 and answer["Location"] == "/login?next=/settings/"


def test_the_language_that_a_person_chooses_holds():
    client = Client()
    client.force_login(UserFactory())
    assert 'lang="en"' in client.get("/settings/").content.decode()
    chosen = client.post("/settings/language", {"language": "zh-hans", "next": "/settings/"})
    assert chosen.status_code == 302 and chosen["Location"] == "/settings/"
    page = client.get("/settings/").content.decode()
    assert '<html lang="zh-hans"' in page and 'value="zh-hans" lang="zh-hans" selected' in page


def test_a_language_that_there_is_not_changes_nothing_and_leads_nowhere_else():
    client = Client()
    client.force_login(UserFactory())
    answer = client.post("/settings/language", {"language": "xx", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
    assert 'lang="en"' in client.get("/settings/").content.decode()


def test_settings_are_in_the_menu_of_the_person():
    client = Client()
    client.force_login(UserFactory())
    assert 'href="/settings/"' in client.get("/").content.decode()
