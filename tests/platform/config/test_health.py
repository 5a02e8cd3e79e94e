"""`/healthz` says whether everything serves, at little cost."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from vigil.config import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_is_migrated", threading.Event())


def test_the_migrations_are_read_once(client: Client) -> None:
    with CaptureQueriesContext(connection) as first:
        assert client.get("/healthz").status_code == 200
    with CaptureQueriesContext(connection) as second:
        assert client.get("/healthz").json() == {"status": "ok"}
    assert any("django_migrations" in query["sql"] for query in first)
    assert [query["sql"] for query in second] == ["SELECT 1"]


def test_a_waiting_migration_is_looked_for_again_until_it_is_there(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'snapshots' AND name = '0002_immutable'")
    for _ in range(2):
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()["waits_for"]) == (503, "1 migrations; run manage.py migrate")
