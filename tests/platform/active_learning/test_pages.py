"""The questions page: for those who may answer, and for those who may only look."""

import pytest
from django.test import Client

from tests.factories import MembershipFactory
from vigil.accounts.models import Role

pytestmark = pytest.mark.django_db


def page_of(client: Client, role: Role) -> str:
    member = MembershipFactory(role=role)
    client.force_login(member.user)
    answer = client.get(f"/projects/{member.project.slug}/questions/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_annotator_gets_the_questions(client: Client) -> None:
    page = page_of(client, Role.ANNOTATOR)
    assert 'id="app"' in page
    assert "You may look only" not in page


def test_a_viewer_is_told_that_they_may_look_only(client: Client) -> None:
    page = page_of(client, Role.VIEWER)
    assert "You may look only" in page
    assert 'id="app"' not in page
