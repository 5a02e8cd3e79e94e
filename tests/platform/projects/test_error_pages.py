"""Errors that services raise become one JSON shape for the API and one page for people."""

import pytest

from vigil.annotations.errors import RevisionConflict
from vigil.projects import errors

STATUS = {"Invalid": 422, "NotAllowed": 403, "Missing": 404, "Conflict": 409, "Gone": 410, "RevisionNotNamed": 428}


@pytest.mark.parametrize(("name", "status"), STATUS.items())
def test_each_error_has_its_word_and_status(name, status):
    error = getattr(errors, name)("Say what is wrong and how to mend it.")
    assert error.status == status
    assert error.body() == {"error": name, "detail": "Say what is wrong and how to mend it."}


def test_an_apps_own_error_answers_under_the_word_of_the_tree():
    error = RevisionConflict(revision=4, document={"segments": []}, saved_by="ada")
    assert error.body() == {
        "error": "Conflict",
        "detail": "This annotation was saved by ada meanwhile and is at revision 4; merge and save again.",
        "revision": 4,
        "document": {"segments": []},
        "saved_by": "ada",
    }


@pytest.mark.django_db
def test_a_refused_page_says_why(client):
    from tests.factories import MembershipFactory

    membership = MembershipFactory(role="viewer")
    client.force_login(membership.user)
    answer = client.get(f"/projects/{membership.project.slug}/training/")
    assert answer.status_code == 403
    assert "Your role here is viewer; this needs manager" in answer.content.decode()
