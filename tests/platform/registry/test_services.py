"""Model versions: numbering, promotion, rollback, and the second of two people losing."""

import threading

import pytest
from django.db import DatabaseError, connection

from tests.factories import ModelVersionFactory, ProjectFactory
from vigil.projects.errors import Conflict
from vigil.registry.models import ModelState, ModelVersion
from vigil.registry.services import model_promote, model_rollback, model_version_create


def version_of(project, number, state=ModelState.CANDIDATE):
    return ModelVersionFactory(project=project, number=number, state=state, promoted_at=None)


@pytest.mark.django_db
def test_versions_are_numbered_in_their_own_project():
    project, other = ProjectFactory(), ProjectFactory()
    made = [
        model_version_create(project=one, profile="tiny", artefact=f"a{index}", artefact_sha256="0" * 64)
        for index, one in enumerate([project, project, other])
    ]
    assert [one.name for one in made] == ["v1", "v2", "v1"]
    assert {one.state for one in made} == {ModelState.CANDIDATE}


@pytest.mark.django_db
def test_promotion_archives_what_was_in_production():
    project = ProjectFactory()
    first, second = version_of(project, 1), version_of(project, 2)
    model_promote(version=first)
    model_promote(version=second)
    first.refresh_from_db()
    assert (first.state, second.state) == (ModelState.ARCHIVED, ModelState.PRODUCTION)


@pytest.mark.django_db
def test_promoting_production_again_is_refused():
    version = version_of(ProjectFactory(), 1)
    model_promote(version=version)
    with pytest.raises(Conflict, match="v1 already is in production"):
        model_promote(version=version)


@pytest.mark.django_db
def test_rollback_goes_back_one_promotion_each_time():
    project = ProjectFactory()
    for number in (1, 2, 3):
        model_promote(version=version_of(project, number))
    assert model_rollback(project=project).name == "v2"
    assert model_rollback(project=project).name == "v1"
    with pytest.raises(Conflict, match="before v1"):
        model_rollback(project=project)


@pytest.mark.django_db
def test_rollback_never_returns_to_what_was_rolled_back():
    project = ProjectFactory()
    versions = [version_of(project, number) for number in (1, 2, 3)]
    model_promote(version=versions[0])
    model_promote(version=versions[1])
    model_rollback(project=project)
    model_promote(version=versions[2])
    assert model_rollback(project=project).name == "v1"


@pytest.mark.django_db
def test_rollback_without_production_says_what_to_do():
    with pytest.raises(Conflict, match="promote one first"):
        model_rollback(project=ProjectFactory())


@pytest.mark.django_db(transaction=True)
def test_two_promotions_at_once_leave_one_model_in_production():
    project = ProjectFactory()
    versions = [version_of(project, number) for number in (1, 2, 3)]
    model_promote(version=versions[0])
    start, errors = threading.Barrier(2), []

    def promote(version):
        try:
            start.wait(timeout=10)
            model_promote(version=version)
        except (Conflict, DatabaseError) as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=promote, args=(version,)) for version in versions[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    states = list(ModelVersion.objects.filter(project=project).values_list("state", flat=True))
    assert errors == []
    assert sorted(states) == [ModelState.ARCHIVED, ModelState.ARCHIVED, ModelState.PRODUCTION]
