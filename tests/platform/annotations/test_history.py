"""The database itself refuses every change of what people have said."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests.factories import AnnotationFactory, QuestionFactory, UserFactory
from vigil.annotations.models import Answer, Revision


@pytest.fixture
def revision():
    annotation = AnnotationFactory()
    return Revision.objects.create(annotation=annotation, number=1, document={"segments": []}, saved_by=annotation.user)


@pytest.fixture
def answer():
    return Answer.objects.create(
        question=QuestionFactory(), user=UserFactory(), kind="verify", payload={"verdict": "no"}
    )


@pytest.mark.django_db
@pytest.mark.parametrize("changes", [{"document": {}}, {"number": 2}, {"saved_by": None}])
def test_a_revision_cannot_be_changed(revision, changes):
    with pytest.raises(IntegrityError, match="append only"), transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(**changes)
    assert Revision.objects.get(pk=revision.pk).document == {"segments": []}


@pytest.mark.django_db
@pytest.mark.parametrize("changes", [{"payload": {"verdict": "yes"}}, {"spent_ms": 1}, {"kind": "glance"}])
def test_an_answer_cannot_be_changed_but_withdrawn(answer, changes):
    with pytest.raises(IntegrityError, match="append only"), transaction.atomic():
        Answer.objects.filter(pk=answer.pk).update(**changes)
    assert Answer.objects.filter(pk=answer.pk).update(withdrawn_at=timezone.now()) == 1
    assert Answer.objects.get(pk=answer.pk).payload == {"verdict": "no"}


def ended(delete) -> None:
    """As if the transaction ended: deferred checks run now."""
    with transaction.atomic():
        delete()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db
def test_neither_can_be_deleted_alone(revision, answer):
    for row in (revision, answer):
        with pytest.raises(IntegrityError, match="cannot be deleted"):
            ended(type(row).objects.filter(pk=row.pk).delete)
    assert Revision.objects.count() == Answer.objects.count() == 1


@pytest.mark.django_db
def test_revisions_go_together_with_their_whole_video(revision):
    ended(revision.annotation.video.delete)
    assert not Revision.objects.exists()
