import pytest

from tests.factories import (
    AnnotationFactory,
    MembershipFactory,
    ModelVersionFactory,
    ProjectFactory,
    QuestionFactory,
    UserFactory,
    VideoFactory,
)
from vigil.annotations.overview import progress_of

pytestmark = pytest.mark.django_db


def test_progress_counts_each_thing_once():
    member = MembershipFactory()
    first, second = VideoFactory(project=member.project), VideoFactory(project=member.project, state="failed")
    AnnotationFactory(video=first)
    AnnotationFactory(video=first)
    AnnotationFactory(video=second, state="draft")
    AnnotationFactory(video=second, user=None, is_frozen_truth=True)
    for state in ("open", "leased", "answered", "withdrawn"):
        QuestionFactory(video=first, state=state)
    version = ModelVersionFactory(project=member.project)
    ProjectFactory()
    [progress] = progress_of(user=member.user)
    assert (progress.videos, progress.quarantined, progress.labelled, progress.questions_open) == (2, 1, 1, 2)
    assert progress.model == version and progress.labelled_percent == 50


def test_a_project_without_videos_has_progress_too():
    member = MembershipFactory()
    [progress] = progress_of(user=member.user)
    assert (progress.videos, progress.labelled_percent, progress.model) == (0, 0, None)
    assert progress_of(user=UserFactory()) == []
