"""Promotion and rollback renew what follows from the production model."""

import pytest

from tests.factories import MembershipFactory, ModelVersionFactory, PredictionFactory, ProjectFactory, VideoFactory
from tests.platform.retraining.rows import candidate_of
from vigil.accounts.models import AuditEvent, Role
from vigil.active_learning.models import Round
from vigil.predictions.models import PrelabelRequest
from vigil.projects.errors import NotAllowed
from vigil.registry.models import ModelState
from vigil.registry.services import model_promote
from vigil.retraining.services.promotion import candidate_promote, production_rollback

pytestmark = pytest.mark.django_db


def test_promotion_asks_for_pre_labels_and_is_written_down():
    project = ProjectFactory()
    video = VideoFactory(project=project)
    candidate_of(project, 1)
    manager = MembershipFactory(project=project, role=Role.MANAGER).user
    assert candidate_promote(user=manager, project=project, name="v1").state == ModelState.PRODUCTION
    assert PrelabelRequest.objects.get().video == video
    assert not Round.objects.exists(), "the queue waits for the predictions"
    event = AuditEvent.objects.get(action="model.promote")
    assert (event.actor, event.target) == (manager, f"{project.slug} v1")


def test_a_version_that_predicted_everything_fills_the_queue_at_once():
    project = ProjectFactory()
    version = candidate_of(project, 1)
    PredictionFactory(video=VideoFactory(project=project), model_version=version)
    candidate_promote(user=None, project=project, name="v1")
    assert Round.objects.get().model_version == version
    assert not PrelabelRequest.objects.exists()


def test_rollback_renews_too():
    project = ProjectFactory()
    VideoFactory(project=project)
    first, second = candidate_of(project, 1), candidate_of(project, 2)
    model_promote(version=first)
    model_promote(version=second)
    assert production_rollback(user=None, project=project) == first
    assert PrelabelRequest.objects.get().model_version == first
    assert AuditEvent.objects.filter(action="model.rollback").exists()


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ANNOTATOR, Role.VIEWER])
def test_lower_roles_are_refused(role):
    version = ModelVersionFactory(state=ModelState.CANDIDATE, promoted_at=None)
    user = MembershipFactory(project=version.project, role=role).user
    with pytest.raises(NotAllowed):
        candidate_promote(user=user, project=version.project, name=version.name)
    with pytest.raises(NotAllowed):
        production_rollback(user=user, project=version.project)
