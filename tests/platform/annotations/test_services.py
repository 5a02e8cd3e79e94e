import uuid

import pytest
from django.db import transaction

from ml.contracts import LabelledSegment, TruthSegment
from tests.factories import MembershipFactory, PredictedSegmentFactory, PredictionFactory, UserFactory, VideoFactory
from vigil.accounts.models import Role
from vigil.annotations.errors import RevisionConflict
from vigil.annotations.models import Annotation, AnnotationState, Revision
from vigil.annotations.schemas import DocumentIn
from vigil.annotations.selectors import workbench_document
from vigil.annotations.services import (
    annotation_open,
    annotation_save,
    annotation_submit,
    frozen_truth_set,
    segments_import,
)
from vigil.projects.errors import Invalid, Missing, NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return MembershipFactory(role=Role.ANNOTATOR)


@pytest.fixture
def annotation(member) -> Annotation:
    return annotation_open(user=member.user, video=VideoFactory(project=member.project))


def drawn(**changes) -> dict:
    return {"key": str(uuid.uuid4()), "start_ms": 1_000, "end_ms": 4_000, "label": "Fighting", **changes}


def document(*segments: dict, **more) -> DocumentIn:
    return DocumentIn.model_validate({"segments": list(segments), **more})


def save(annotation: Annotation, revision: int, *segments: dict, user=None, **more) -> Annotation:
    return annotation_save(
        user=user or annotation.user,
        annotation_id=annotation.pk,
        revision=revision,
        document=document(*segments, **more),
    )


def test_opening_twice_is_one_annotation_and_remembers_the_prediction_seen(member):
    prediction = PredictionFactory(video=VideoFactory(project=member.project))
    first = annotation_open(user=member.user, video=prediction.video)
    assert annotation_open(user=member.user, video=prediction.video) == first
    assert first.prediction == prediction and first.revision == 0


def test_each_person_has_an_annotation_of_their_own(annotation):
    other = MembershipFactory(project=annotation.video.project)
    assert annotation_open(user=other.user, video=annotation.video) != annotation


def test_a_save_writes_segments_and_appends_a_revision(annotation):
    segment = drawn(explanation="A man shoves another.")
    saved = save(annotation, 0, segment, is_fully_watched=True, spent_ms=12_345)
    assert saved.revision == 1
    kept = {"source_id": None, "draft_explanation": "", "draft_id": None, "dialogue": []}
    expected = {**segment, "outcome": "manual", **kept}
    assert workbench_document(saved) == {"segments": [expected], "is_fully_watched": True, "spent_ms": 12_345}
    revision = Revision.objects.get(annotation=annotation)
    assert (revision.number, revision.saved_by) == (1, annotation.user)
    assert revision.document == workbench_document(saved)


def test_a_later_save_changes_adds_and_removes_by_key_and_keeps_every_revision(annotation):
    kept, gone, new = drawn(), drawn(start_ms=5_000, end_ms=6_000), drawn(start_ms=8_000, end_ms=9_000)
    save(annotation, 0, kept, gone)
    row_before = annotation.segments.get(key=kept["key"])
    saved = save(annotation, 1, {**kept, "end_ms": 4_500}, new)
    assert {str(one.key) for one in saved.segments.all()} == {kept["key"], new["key"]}
    row = annotation.segments.get(key=kept["key"])
    assert (row.pk, row.end_ms) == (row_before.pk, 4_500)
    numbers = [len(one.document["segments"]) for one in annotation.revisions.order_by("number")]
    assert numbers == [2, 2] and annotation.revisions.get(number=1).document["segments"][1]["key"] == gone["key"]


def test_a_write_on_an_old_revision_conflicts_and_brings_the_newest_back(annotation):
    theirs = drawn(explanation="theirs")
    reviewer = MembershipFactory(project=annotation.video.project, role=Role.REVIEWER).user
    save(annotation, 0, theirs, user=reviewer)
    with pytest.raises(RevisionConflict) as caught:
        save(annotation, 0, drawn(explanation="mine"))
    assert caught.value.extra["revision"] == 1
    assert caught.value.extra["saved_by"] == reviewer.username
    assert [one["explanation"] for one in caught.value.extra["document"]["segments"]] == ["theirs"]
    assert annotation.revisions.count() == 1


def test_a_revision_from_the_future_conflicts_too(annotation):
    with pytest.raises(RevisionConflict):
        save(annotation, 5, drawn())


def test_the_same_save_twice_is_one_save(annotation):
    segment = drawn()
    assert save(annotation, 0, segment).revision == save(annotation, 0, segment).revision == 1
    assert annotation.revisions.count() == 1


def test_the_same_save_by_somebody_else_is_a_conflict(annotation):
    segment = drawn()
    save(annotation, 0, segment)
    reviewer = MembershipFactory(project=annotation.video.project, role=Role.REVIEWER).user
    with pytest.raises(RevisionConflict):
        save(annotation, 0, segment, user=reviewer)


def test_an_invalid_document_changes_nothing(annotation):
    save(annotation, 0, drawn())
    with pytest.raises(Invalid, match="Segment 2"):
        save(annotation, 1, drawn(), drawn(end_ms=30_001))
    annotation.refresh_from_db()
    assert annotation.revision == 1 and annotation.segments.count() == 1


def test_a_source_of_another_video_is_refused(annotation):
    foreign = PredictedSegmentFactory()
    with pytest.raises(Invalid, match="not of this video"):
        save(annotation, 0, drawn(source_id=foreign.pk))


def test_a_class_that_the_data_set_brought_is_a_label(annotation):
    annotation.video.classes = ["Juggling"]
    annotation.video.save()
    assert save(annotation, 0, drawn(label="Juggling")).segments.get().label == "Juggling"


def test_submit_marks_it_and_needs_the_newest_revision(annotation):
    save(annotation, 0, drawn())
    with pytest.raises(RevisionConflict):
        annotation_submit(user=annotation.user, annotation_id=annotation.pk, revision=0)
    submitted = annotation_submit(user=annotation.user, annotation_id=annotation.pk, revision=1)
    assert submitted.state == AnnotationState.SUBMITTED and submitted.submitted_at is not None


def test_work_after_submitting_stays_submitted(annotation):
    annotation_submit(user=annotation.user, annotation_id=annotation.pk, revision=0)
    assert save(annotation, 0, drawn()).state == AnnotationState.SUBMITTED


def test_strangers_and_viewers_may_not_save(annotation):
    viewer = MembershipFactory(project=annotation.video.project, role=Role.VIEWER).user
    with pytest.raises(NotAllowed):
        save(annotation, 0, drawn(), user=viewer)
    with pytest.raises(Missing):
        save(annotation, 0, drawn(), user=UserFactory())
    assert not annotation.segments.exists()


def test_frozen_truth_is_set_once_and_renewed_on_change():
    video = VideoFactory(split="test")
    truth = frozen_truth_set(
        video=video, segments=[TruthSegment(1_000, 2_000, "Fire", "It burns."), TruthSegment(5, 9)]
    )
    assert truth.is_frozen_truth and truth.user is None and truth.revision == 1
    assert [(one.start_ms, one.label) for one in truth.segments.all()] == [(5, "Abnormal"), (1_000, "Fire")]
    again = frozen_truth_set(
        video=video, segments=[TruthSegment(5, 9), TruthSegment(1_000, 2_000, "Fire", "It burns.")]
    )
    assert (again.pk, again.revision) == (truth.pk, 1)
    assert frozen_truth_set(video=video, segments=[]).revision == 2
    assert not truth.segments.exists() and truth.revisions.count() == 2


def test_truth_outside_the_video_is_refused_and_keeps_what_was():
    video = VideoFactory()
    frozen_truth_set(video=video, segments=[TruthSegment(0, 1_000)])
    with pytest.raises(Invalid, match=f"{video.name}: segment 1 is 0-30001 ms"), transaction.atomic():
        frozen_truth_set(video=video, segments=[TruthSegment(0, 30_001)])
    assert Annotation.objects.get(video=video).segments.get().end_ms == 1_000


def test_import_adds_to_what_a_person_did_and_twice_is_once(annotation):
    mine = drawn(explanation="mine")
    save(annotation, 0, mine)
    brought = [
        LabelledSegment(10_000, 12_000, "Fire", "A bin burns.", "Smoke."),
        LabelledSegment(15_000, 16_000, "NewClass"),
        LabelledSegment(20_000, 21_000, "Fire", "Same.", "Same."),
    ]
    video, user = annotation.video, annotation.user
    first = segments_import(video=video, user=user, segments=brought)
    assert (first.revision, first.state) == (2, AnnotationState.SUBMITTED)
    outcomes = [(one.start_ms, one.outcome, one.draft_explanation) for one in first.segments.all()]
    assert outcomes == [
        (1_000, "manual", ""),
        (10_000, "changed", "Smoke."),
        (15_000, "manual", ""),
        (20_000, "accepted", "Same."),
    ]
    assert segments_import(video=video, user=user, segments=brought).revision == 2


def test_an_imported_rejection_and_draft_survive_the_next_save(annotation):
    imported = segments_import(
        video=annotation.video, user=annotation.user, segments=[LabelledSegment(0, 9, "Fire", "Corrected.", "Draft.")]
    )
    before = workbench_document(imported)
    after = annotation_save(
        user=annotation.user, annotation_id=imported.pk, revision=1, document=DocumentIn.model_validate(before)
    )
    assert workbench_document(after) == before


def test_import_says_which_segment_has_no_label(annotation):
    with pytest.raises(Invalid, match="segment 1, label"):
        segments_import(video=annotation.video, user=annotation.user, segments=[LabelledSegment(0, 9, "")])
