"""Finding the model that people mean."""

import pytest
from django.conf import settings

from tests.factories import ModelVersionFactory, ProjectFactory
from vigil.projects.errors import Missing
from vigil.registry.models import ModelState
from vigil.registry.selectors import artefact_path, model_by_name, model_to_use, production_model

pytestmark = pytest.mark.django_db


def test_a_name_is_found_with_and_without_v():
    version = ModelVersionFactory(number=3)
    assert model_by_name(project=version.project, name="v3") == version
    assert model_by_name(project=version.project, name="3") == version


@pytest.mark.parametrize("name", ["v9", "three", "v", "", "v-1"])
def test_an_unknown_name_lists_those_there_are(name):
    version = ModelVersionFactory(number=3)
    with pytest.raises(Missing, match="it has v3"):
        model_by_name(project=version.project, name=name)


def test_no_name_means_production():
    project = ProjectFactory()
    ModelVersionFactory(project=project, number=2, state=ModelState.CANDIDATE, promoted_at=None)
    with pytest.raises(Missing, match="no model in production"):
        model_by_name(project=project, name=None)
    promoted = ModelVersionFactory(project=project, number=1)
    assert model_by_name(project=project, name=None) == production_model(project=project) == promoted


def test_without_production_the_newest_candidate_is_used():
    project = ProjectFactory()
    for number in (1, 2):
        ModelVersionFactory(project=project, number=number, state=ModelState.CANDIDATE, promoted_at=None)
    assert model_to_use(project=project, name=None).name == "v2"


def test_a_project_without_a_model_says_how_to_make_one():
    with pytest.raises(Missing, match="manage.py train"):
        model_to_use(project=ProjectFactory(), name=None)


def test_the_artefact_lies_under_its_root():
    version = ModelVersionFactory(artefact="1/run-2")
    assert artefact_path(version) == settings.ARTEFACT_ROOT / "1" / "run-2"
