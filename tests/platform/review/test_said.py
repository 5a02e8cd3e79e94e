"""What the lanes of others show, and what a blind second annotator does not see."""

import pytest

from tests.factories import (
    AnnotationFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    SegmentFactory,
    UserFactory,
    VideoFactory,
)
from vigil.accounts.models import Role
from vigil.annotations.models import Annotation, AnnotationState, Answer, Outcome
from vigil.review.comments import comment_add, comments_of
from vigil.review.models import DoubleAnnotation, SecondReading
from vigil.review.said import said_about

pytestmark = pytest.mark.django_db


@pytest.fixture
def video():
    return VideoFactory(project=ProjectFactory())


def member(video, role=Role.ANNOTATOR, name=None):
    user = UserFactory(**({"username": name} if name else {}))
    MembershipFactory(user=user, project=video.project, role=role)
    return user


def submitted_by(user, video, **segment):
    annotation = AnnotationFactory(video=video, user=user)
    SegmentFactory(annotation=annotation, **segment)
    return annotation


def answered(user, video, kind, payload):
    question = QuestionFactory(video=video, kind=kind, start_ms=4_000, end_ms=6_000)
    return Answer.objects.create(question=question, user=user, kind=kind, payload=payload)


def test_others_submitted_segments_are_shown_and_ones_own_and_drafts_are_not(video):
    ann, ben = member(video, name="ann"), member(video, name="ben")
    submitted_by(ann, video, start_ms=1_000, end_ms=2_000, outcome=Outcome.REJECTED)
    submitted_by(ben, video)
    SegmentFactory(annotation=AnnotationFactory(video=video, state=AnnotationState.DRAFT))
    SegmentFactory(annotation=AnnotationFactory(video=video, user=None, is_frozen_truth=True))
    (other,) = said_about(video=video, user=ben)["others"]
    assert other["user"] == {"id": ann.pk, "name": "ann"}
    assert [(one["start_ms"], one["outcome"]) for one in other["segments"]] == [(1_000, "rejected")]


def test_clicks_and_verdicts_say_who_gave_them_and_withdrawn_ones_are_gone(video):
    ann, ben = member(video, name="ann"), member(video, name="ben")
    answered(ann, video, "glance", {"moments_ms": [1_500, 2_500], "speed": 2})
    answered(ben, video, "verify", {"verdict": "no"})
    gone = answered(ben, video, "verify", {"verdict": "yes"})
    Answer.objects.filter(pk=gone.pk).update(withdrawn_at=gone.created_at)
    said = said_about(video=video, user=ann)
    assert [(one["at_ms"], one["user"], one["is_mine"]) for one in said["clicks"]] == [
        (1_500, "ann", True), (2_500, "ann", True),
    ]  # fmt: skip
    (verdict,) = said["verdicts"]
    assert verdict == {"start_ms": 4_000, "end_ms": 6_000, "verdict": "no", "user": "ben", "is_mine": False}


@pytest.fixture
def blind(video):
    DoubleAnnotation.objects.create(project=video.project, share_percent=100, is_blind=True)
    return video


def test_a_blind_second_annotator_sees_nothing_until_their_own_is_in(blind):
    ann, ben = member(blind, name="ann"), member(blind, name="ben")
    submitted_by(ann, blind)
    answered(ann, blind, "glance", {"moments_ms": [1_500], "speed": 2})
    comment_add(user=ann, video_id=blind.pk, at_ms=0, text="He runs off.")
    assert said_about(video=blind, user=ben) == {"others": [], "clicks": [], "verdicts": [], "is_blind": True}
    assert comments_of(video=blind, user=ben) == []
    submitted_by(ben, blind)
    said = said_about(video=blind, user=ben)
    assert (len(said["others"]), len(said["clicks"]), said["is_blind"]) == (1, 1, False)
    assert len(comments_of(video=blind, user=ben)) == 1


@pytest.mark.parametrize(
    ("role", "is_asked", "is_blind"),
    [
        (Role.ANNOTATOR, False, True),
        (Role.REVIEWER, False, False),
        (Role.REVIEWER, True, True),
        (Role.VIEWER, False, False),
    ],
)
def test_who_is_blind(blind, role, is_asked, is_blind):
    somebody = member(blind, role)
    if is_asked:
        SecondReading.objects.create(video=blind, user=somebody)
    assert said_about(video=blind, user=somebody)["is_blind"] is is_blind


def test_the_api_hides_it_too(blind, client):
    submitted_by(member(blind, name="ann"), blind)
    client.force_login(member(blind, name="ben"))
    answer = client.get(f"/api/videos/{blind.pk}/said").json()
    assert answer["is_blind"] is True and answer["others"] == []
    assert Annotation.objects.count() == 1
