"""Verdicts on other people's segments, and who is asked for a second reading."""

import uuid

import pytest
from django.db import DatabaseError, transaction

from tests.factories import AnnotationFactory, MembershipFactory, ProjectFactory, SegmentFactory, VideoFactory
from vigil.accounts.models import Role
from vigil.annotations.models import Annotation, AnnotationState
from vigil.annotations.schemas import DocumentIn
from vigil.annotations.selectors import workbench_document
from vigil.annotations.services import annotation_open, annotation_save, annotation_submit
from vigil.projects.errors import Conflict, Invalid, NotAllowed
from vigil.review.comparing import pairs_of_video, project_agreement
from vigil.review.double import drawn_videos, is_drawn
from vigil.review.models import DoubleAnnotation, SecondReading, SegmentReview
from vigil.review.queue import review_lines, review_queue
from vigil.review.selectors import reviews_contents, sent_back_to, standing_verdicts, waiting_for_review
from vigil.review.services import (
    annotation_review_end,
    double_annotation_set,
    second_reading_ask,
    second_readings_ask,
    segment_review,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return ProjectFactory()


def member(project, role=Role.ANNOTATOR):
    return MembershipFactory(project=project, role=role).user


@pytest.fixture
def rae(project):
    return member(project, Role.REVIEWER)


@pytest.fixture
def ann(project):
    return member(project)


@pytest.fixture
def handed_in(project, ann):
    annotation = AnnotationFactory(video=VideoFactory(project=project), user=ann)
    SegmentFactory(annotation=annotation, start_ms=1_000, end_ms=2_000)
    SegmentFactory(annotation=annotation, start_ms=5_000, end_ms=6_000)
    return annotation


def keys(annotation):
    return [segment.key for segment in annotation.segments.all()]


def resubmitted(ann, annotation, **change):
    """The author changes the first segment and submits again."""
    document = workbench_document(annotation)
    document["segments"][0].update(change)
    saved = annotation_save(
        user=ann, annotation_id=annotation.pk, revision=annotation.revision, document=DocumentIn(**document)
    )
    return annotation_submit(user=ann, annotation_id=saved.pk, revision=saved.revision)


def waits(project, rae):
    return list(waiting_for_review(project=project, user=rae))


def test_a_rejection_goes_back_to_the_author_and_the_correction_returns_to_the_reviewer(project, rae, ann, handed_in):
    first, _ = keys(handed_in)
    assert waits(project, rae) == [handed_in]
    segment_review(user=rae, annotation_id=handed_in.pk, segment_key=first, verdict="rejected", comment="Too early.")
    assert annotation_review_end(user=rae, annotation_id=handed_in.pk, revision=0).is_sent_back is True
    assert waits(project, rae) == []
    ((back, (review,)),) = sent_back_to(user=ann, project=project)
    assert (back, review.comment) == (handed_in, "Too early.")
    again = resubmitted(ann, handed_in, start_ms=1_200)
    assert waits(project, rae) == [handed_in]
    assert sent_back_to(user=ann) == []
    assert {one["verdict"]: one["is_outdated"] for one in reviews_contents(annotation=again)["reviews"]} == {
        "rejected": True, "accepted": False,
    }  # fmt: skip
    assert standing_verdicts(project=project)[handed_in.pk][first] == "rejected"
    assert annotation_review_end(user=rae, annotation_id=handed_in.pk, revision=1).is_sent_back is False
    assert set(standing_verdicts(project=project)[handed_in.pk].values()) == {"accepted"}
    assert waits(project, rae) == []


def test_what_is_changed_after_it_was_found_right_waits_again(project, rae, ann, handed_in):
    annotation_review_end(user=rae, annotation_id=handed_in.pk, revision=0)
    document = workbench_document(handed_in)
    document["segments"][0]["end_ms"] = 2_500
    annotation_save(user=ann, annotation_id=handed_in.pk, revision=0, document=DocumentIn(**document))
    assert waits(project, rae) == [handed_in]
    (line,) = review_lines(review_queue(project=project, user=rae, state="waiting", author=""))
    assert (line.segments, line.accepted, line.open) == (2, 1, 1)


def test_a_review_is_of_the_revision_that_the_reviewer_saw(rae, ann, handed_in):
    first, _ = keys(handed_in)
    resubmitted(ann, handed_in, start_ms=1_100)
    handed_in.refresh_from_db()
    resubmitted(ann, handed_in, start_ms=1_200)
    review = segment_review(user=rae, annotation_id=handed_in.pk, segment_key=first, verdict="accepted", revision=1)
    assert review.content["start_ms"] == 1_100
    handed_in.refresh_from_db()
    assert reviews_contents(annotation=handed_in)["reviews"][0]["is_outdated"] is True
    with pytest.raises(Conflict, match="changed while you reviewed"):
        annotation_review_end(user=rae, annotation_id=handed_in.pk, revision=1)


def test_who_may_review_what(project, rae, ann, handed_in):
    first, _ = keys(handed_in)

    def review(user, annotation=handed_in, **more):
        given = {"segment_key": first, "verdict": "accepted", **more}
        return segment_review(user=user, annotation_id=annotation.pk, **given)

    with pytest.raises(NotAllowed):
        review(member(project))
    with pytest.raises(NotAllowed):
        review(ann)
    own = AnnotationFactory(video=VideoFactory(project=project), user=rae)
    with pytest.raises(Invalid, match="your own"):
        review(rae, own)
    with pytest.raises(Invalid, match="Say what is wrong"):
        review(rae, verdict="rejected", comment="  ")
    with pytest.raises(Invalid, match="no such segment"):
        review(rae, segment_key=uuid.uuid4())
    Annotation.objects.filter(pk=handed_in.pk).update(state=AnnotationState.DRAFT)
    with pytest.raises(Conflict, match="not submitted"):
        review(rae)
    assert not SegmentReview.objects.exists()


def test_verdicts_are_never_changed(rae, handed_in):
    review = segment_review(user=rae, annotation_id=handed_in.pk, segment_key=keys(handed_in)[0], verdict="accepted")
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
        SegmentReview.objects.filter(pk=review.pk).update(verdict="rejected")


def test_a_save_that_says_nothing_new_does_not_ask_for_another_review(project, rae, ann, handed_in):
    annotation_review_end(user=rae, annotation_id=handed_in.pk, revision=0)
    document = workbench_document(handed_in)
    later = DocumentIn(**{**document, "spent_ms": 5_000})
    assert annotation_save(user=ann, annotation_id=handed_in.pk, revision=0, document=later).revision == 1
    assert waits(project, rae) == []
    watched = DocumentIn(**{**document, "is_fully_watched": True})
    annotation_save(user=ann, annotation_id=handed_in.pk, revision=1, document=watched)
    assert waits(project, rae) == [handed_in]


def test_a_verdict_after_another_reviewers_end_sends_back_and_takes_that_back(project, rae, ann, handed_in):
    ron = member(project, Role.REVIEWER)
    first, _ = keys(handed_in)

    def counts():
        states = ("waiting", "sent_back", "done")
        return [review_queue(project=project, user=rae, state=state, author="").count() for state in states]

    annotation_review_end(user=rae, annotation_id=handed_in.pk, revision=0)
    assert counts() == [0, 0, 1]
    segment_review(user=ron, annotation_id=handed_in.pk, segment_key=first, verdict="rejected", comment="No.")
    assert counts() == [0, 1, 0] and len(sent_back_to(user=ann)) == 1
    segment_review(user=rae, annotation_id=handed_in.pk, segment_key=first, verdict="accepted")
    assert counts() == [0, 0, 1] and sent_back_to(user=ann) == []
    resubmitted(ann, handed_in, start_ms=1_200)
    segment_review(user=ron, annotation_id=handed_in.pk, segment_key=first, verdict="rejected", comment="No.")
    assert counts() == [1, 0, 0], "submitted again, it waits until somebody ends its review"


def test_what_a_reviewer_annotates_blind_is_in_no_state_of_their_queue(project, rae, handed_in):
    DoubleAnnotation.objects.create(project=project, share_percent=100, is_blind=True)
    SecondReading.objects.create(video=handed_in.video, user=rae)
    ron = member(project, Role.REVIEWER)
    for state in ("waiting", "all"):
        assert review_queue(project=project, user=ron, state=state, author="").count() == 1
        assert review_queue(project=project, user=rae, state=state, author="").count() == 0


def test_nobody_hands_in_somebody_elses_draft(project, rae, ann, handed_in):
    Annotation.objects.update(state=AnnotationState.DRAFT)
    with pytest.raises(Conflict, match="not submitted"):
        annotation_submit(user=rae, annotation_id=handed_in.pk, revision=0)
    assert annotation_submit(user=ann, annotation_id=handed_in.pk, revision=0).state == "submitted"
    assert annotation_submit(user=rae, annotation_id=handed_in.pk, revision=0).state == "submitted"


# ---------------------------------------------------------------- double annotation


def test_second_readings_are_shared_out_fairly_and_never_asked_of_the_first(project):
    readers = [member(project) for _ in range(3)]
    for number in range(12):
        AnnotationFactory(video=VideoFactory(project=project), user=readers[number % 3])
    double_annotation_set(user=readers[0], project=project, share_percent=100, is_blind=True)
    asked = list(SecondReading.objects.select_related("video"))
    load = {reader.pk: sum(one.user_id == reader.pk for one in asked) for reader in readers}
    # The first annotator is never asked, so the last video may go to somebody who has one more already.
    assert len(asked) == 12 and max(load.values()) - min(load.values()) <= 2
    for one in asked:
        assert not Annotation.objects.filter(video=one.video, user_id=one.user_id).exists()
    assert second_readings_ask(project=project) == 0


def test_a_share_draws_about_so_many_and_a_larger_one_keeps_them(project):
    ann = member(project)
    member(project)
    for _ in range(60):
        AnnotationFactory(video=VideoFactory(project=project), user=ann)
    double_annotation_set(user=ann, project=project, share_percent=30, is_blind=True)
    some = set(SecondReading.objects.values_list("video_id", flat=True))
    double_annotation_set(user=ann, project=project, share_percent=60, is_blind=True)
    more = set(SecondReading.objects.values_list("video_id", flat=True))
    assert some < more and 5 <= len(some) <= 32 and 22 <= len(more) <= 52


def test_who_left_is_replaced_and_who_submitted_stays(project):
    ann, ben, cat = member(project), member(project), member(project)
    for _ in range(4):
        AnnotationFactory(video=VideoFactory(project=project), user=ann)
    DoubleAnnotation.objects.create(project=project, share_percent=100)
    assert second_readings_ask(project=project) == 4
    done = SecondReading.objects.filter(user=ben).first()
    AnnotationFactory(video=done.video, user=ben)
    ben.memberships.all().delete()
    second_readings_ask(project=project)
    assert list(SecondReading.objects.filter(user=ben)) == [done]
    assert SecondReading.objects.filter(user=cat).count() == 3


def test_two_people_who_both_submitted_need_no_third(project):
    ann, ben = member(project), member(project)
    member(project)
    video = VideoFactory(project=project)
    AnnotationFactory(video=video, user=ann)
    AnnotationFactory(video=video, user=ben)
    double_annotation_set(user=ann, project=project, share_percent=100, is_blind=False)
    assert not SecondReading.objects.exists()


def test_the_standing_verdicts_of_a_project_are_one_query_and_as_the_panel_says(
    project, rae, ann, handed_in, django_assert_num_queries
):
    first, second = keys(handed_in)
    for key in (first, second):
        segment_review(user=rae, annotation_id=handed_in.pk, segment_key=key, verdict="accepted")
    changes = {
        "start_ms": 1_001, "end_ms": 1_999, "label": "Robbery", "explanation": "Other words.", "outcome": "rejected",
        "dialogue": [{"role": "user", "text": "Who?"}, {"role": "assistant", "text": "He."}],
    }  # fmt: skip
    for name, value in changes.items():
        segment = handed_in.segments.get(key=first)
        before = getattr(segment, name)
        assert set(standing_verdicts(project=project)[handed_in.pk]) == {first, second}
        handed_in.segments.filter(key=first).update(**{name: value})
        with django_assert_num_queries(1):
            assert set(standing_verdicts(project=project)[handed_in.pk]) == {second}, name
        handed_in.segments.filter(key=first).update(**{name: before})
    assert standing_verdicts(project=project, video_ids=[]) == {}


def test_agreement_is_of_what_each_submitted_before_they_saw_the_other(project, ann, handed_in):
    ben, cat = member(project), member(project)
    DoubleAnnotation.objects.create(project=project, share_percent=100, is_blind=True)
    own = annotation_open(user=ben, video=handed_in.video)
    annotation_submit(user=ben, annotation_id=own.pk, revision=0)
    seen = [{**one, "key": str(uuid.uuid4())} for one in workbench_document(handed_in)["segments"]]
    copied = annotation_save(user=ben, annotation_id=own.pk, revision=0, document=DocumentIn(segments=seen))
    annotation_submit(user=ben, annotation_id=own.pk, revision=copied.revision)
    (pair,) = project_agreement(project=project, user=ann)["pairs"]
    assert (pair.figures.matched, pair.figures.f1[0.5]) == (0, 0)
    third = annotation_open(user=cat, video=handed_in.video)
    annotation_save(user=cat, annotation_id=third.pk, revision=0, document=DocumentIn(segments=seen[:1]))
    annotation_submit(user=cat, annotation_id=third.pk, revision=1)
    annotation_save(user=cat, annotation_id=third.pk, revision=1, document=DocumentIn(segments=[]))
    found = pairs_of_video(video=handed_in.video, user=ann).pairs
    of_cat = {one.figures.matched for one in found if cat.username in (one.first.who, one.second.who)}
    assert of_cat == {0, 1}


def test_a_submit_looks_at_its_own_video_and_at_those_whose_reader_left(project, ann):
    ben, cat = member(project), member(project)
    videos = [AnnotationFactory(video=VideoFactory(project=project), user=ann).video for _ in range(3)]
    DoubleAnnotation.objects.create(project=project, share_percent=100)
    assert [second_reading_ask(video=videos[0]) for _ in range(2)] == [1, 0]
    first = SecondReading.objects.get()
    assert first.video == videos[0]
    first.user.memberships.all().delete()
    assert second_reading_ask(video=videos[1]) == 2
    left = ({ben, cat} - {first.user}).pop()
    assert set(SecondReading.objects.values_list("video", "user")) == {(one.pk, left.pk) for one in videos[:2]}


@pytest.mark.parametrize("share_percent", [0, 1, 37, 99, 100])
def test_the_database_draws_the_same_videos(project, share_percent):
    videos = [VideoFactory(project=project) for _ in range(60)]
    drawn = drawn_videos(project=project, share_percent=share_percent).values_list("pk", flat=True)
    assert set(drawn) == {one.pk for one in videos if is_drawn(one.sha256, share_percent)}
