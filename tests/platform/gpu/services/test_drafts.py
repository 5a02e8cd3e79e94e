"""Serving drafts: each ends in words, whatever happens, and a process that ends takes nothing more."""

import pytest

from tests.factories import DraftFactory, ModelVersionFactory
from vigil.annotations.models import Draft
from vigil.gpu.claims import MAX_ATTEMPTS
from vigil.gpu.services.drafts import draft_next
from vigil.gpu.services.loaded_model import LoadedModel
from vigil.projects.stopping import process_is_ending
from vigil.projects.work import WorkState

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_model_whose_files_are_gone_fails_each_draft_in_words():
    version = ModelVersionFactory(artefact="gone/run-1", number=4)
    for _ in range(2):
        DraftFactory(model_version=version)
    assert draft_next(model=LoadedModel()) == 2
    rows = Draft.objects.all()
    assert {row.state for row in rows} == {WorkState.FAILED}
    # People who label see it: the model's name, and no path of the server.
    assert {row.error for row in rows} == {"the files of model v4 are gone; promote another version, then retry"}


def test_a_draft_that_kills_its_workers_is_given_up():
    row = DraftFactory(attempts=MAX_ATTEMPTS)
    draft_next(model=LoadedModel())
    row.refresh_from_db()
    assert row.state == WorkState.FAILED
    assert f"its worker died {MAX_ATTEMPTS} times" in row.error


def test_a_process_that_ends_takes_nothing_more():
    row = DraftFactory()
    process_is_ending.set()
    try:
        assert draft_next(model=LoadedModel()) == 0
    finally:
        process_is_ending.clear()
    row.refresh_from_db()
    assert row.state == WorkState.QUEUED
