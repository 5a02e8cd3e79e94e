"""From rows to statements to a line of a snapshot."""

from datetime import UTC, datetime, timedelta

import pytest

from ml.contracts import Glance, LabelledSegment, Verdict, VideoRef
from tests.factories import (
    AnnotationFactory,
    PredictedSegmentFactory,
    QuestionFactory,
    SegmentFactory,
    UserFactory,
    VideoFactory,
)
from vigil.annotations.models import Answer, Outcome, QuestionKind
from vigil.snapshots.statements import (
    Statement,
    merged,
    statements_of_annotation,
    statements_of_answer,
    temporal_iou,
    training_video,
)
from vigil.videos.models import WeakLabel

EARLIER = datetime(2026, 1, 1, tzinfo=UTC)
LATER = EARLIER + timedelta(hours=1)


def segment(start_ms, end_ms, **more):
    given = {"label": "Fighting", "outcome": "manual", "source": "annotation 1", "said_at": EARLIER, **more}
    return Statement("segment", start_ms, end_ms, **given)


def answer(kind, payload, **question):
    asked = QuestionFactory(kind=kind, **question)
    return Answer.objects.create(question=asked, user=UserFactory(), kind=kind, payload=payload)


@pytest.mark.django_db
def test_an_annotation_says_each_segment_with_the_model_it_came_from():
    source = PredictedSegmentFactory(prediction__model_version__number=4)
    annotation = AnnotationFactory(video=source.prediction.video)
    SegmentFactory(
        annotation=annotation, outcome=Outcome.CHANGED, source=source, start_ms=9_000,
        explanation=" A man shoves another. ", draft_explanation="Two people push each other.",
    )  # fmt: skip
    SegmentFactory(annotation=annotation, outcome=Outcome.REJECTED, start_ms=20_000, end_ms=22_000)
    changed, rejected = statements_of_annotation(annotation)
    assert (changed.kind, changed.start_ms, changed.model) == ("segment", 9_000, "v4")
    assert (changed.explanation, changed.draft) == ("A man shoves another.", "Two people push each other.")
    assert (rejected.kind, rejected.is_abnormal, rejected.model) == ("rejected", False, "")


@pytest.mark.django_db
@pytest.mark.parametrize(("verdict", "expected"), [("yes", [True]), ("no", [False]), ("unsure", [])])
def test_a_verify_answer_is_a_verdict_and_unsure_says_nothing(verdict, expected):
    said = statements_of_answer(answer(QuestionKind.VERIFY, {"verdict": verdict}))
    assert [one.is_abnormal for one in said] == expected
    assert all((one.kind, one.start_ms, one.end_ms) == ("verdict", 10_000, 12_000) for one in said)


@pytest.mark.django_db
def test_each_tap_of_a_glance_is_a_moment():
    said = statements_of_answer(answer(QuestionKind.GLANCE, {"moments_ms": [1_500, 9_000], "speed": 2}))
    assert [(one.kind, one.start_ms) for one in said] == [("glance", 1_500), ("glance", 9_000)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("weak_label", "expected"),
    [(WeakLabel.NORMAL, [False]), (WeakLabel.UNKNOWN, [False]), (WeakLabel.ABNORMAL, [])],
)
def test_a_glance_without_a_tap_counts_only_where_nothing_is_known_to_happen(weak_label, expected):
    video = VideoFactory(weak_label=weak_label)
    said = statements_of_answer(answer(QuestionKind.GLANCE, {"moments_ms": [], "speed": 4}, video=video))
    assert [one.is_abnormal for one in said] == expected


@pytest.mark.django_db
def test_a_bounds_answer_is_a_segment_or_a_rejection():
    source = PredictedSegmentFactory()
    place = {"video": source.prediction.video, "segment": source}
    moved = {"start_ms": 9_500, "end_ms": 12_000, "label": "Fighting", "explanation": "Two men fight."}
    same = {"start_ms": 10_000, "end_ms": 12_000, "label": "Fighting"}
    said = [
        statements_of_answer(answer(QuestionKind.BOUNDS, payload, **place))[0]
        for payload in ({"segment": moved}, {"segment": same}, {"rejected": True})
    ]
    assert [one.outcome for one in said] == [Outcome.CHANGED, Outcome.ACCEPTED, Outcome.REJECTED]
    assert (said[0].start_ms, said[0].explanation) == (9_500, "Two men fight.")
    assert [one.kind for one in said] == ["segment", "segment", "rejected"]


@pytest.mark.django_db
def test_an_explain_answer_carries_the_sentence_and_its_draft():
    source = PredictedSegmentFactory()
    place = {"video": source.prediction.video, "segment": source}
    (said,) = statements_of_answer(answer(QuestionKind.EXPLAIN, {"explanation": "A man hits another."}, **place))
    assert (said.explanation, said.draft) == ("A man hits another.", "Two people push each other.")
    assert (said.start_ms, said.end_ms, said.outcome) == (10_000, 12_000, Outcome.CHANGED)
    assert statements_of_answer(answer(QuestionKind.EXPLAIN, {"explanation": "A sentence."})) == []


def test_of_two_statements_about_one_event_the_later_wins_and_keeps_the_sentence():
    first = segment(10_000, 14_000, explanation="Two men fight.", draft="People.", source="annotation 1")
    second = segment(10_000, 13_000, source="annotation 2", said_at=LATER)
    (kept,) = merged([second, first])
    assert (kept.end_ms, kept.explanation, kept.draft) == (13_000, "Two men fight.", "People.")


def test_two_segments_of_one_person_are_two_events_even_when_they_overlap():
    assert len(merged([segment(10_000, 14_000), segment(10_000, 13_000)])) == 2


@pytest.mark.parametrize(
    "other",
    [
        segment(13_000, 20_000, source="annotation 2"),
        segment(10_000, 14_000, source="annotation 2", label="Fire"),
        Statement("rejected", 10_000, 14_000, is_abnormal=False, label="Fighting", source="annotation 2"),
    ],
)
def test_other_places_labels_and_kinds_stay_apart(other):
    assert len(merged([segment(10_000, 14_000), other])) == 2


def test_temporal_iou_by_hand():
    assert temporal_iou(segment(0, 10), segment(5, 15)) == pytest.approx(5 / 15)
    assert temporal_iou(segment(0, 10), segment(10, 15)) == 0.0


def test_a_line_of_a_snapshot_sorts_the_statements_by_kind():
    ref = VideoRef("0" * 64, "a.mp4", "", 30_000)
    said = [
        segment(1_000, 2_000, explanation="They fight.", draft="People."),
        Statement("rejected", 3_000, 4_000, is_abnormal=False, label="Fire"),
        Statement("glance", 5_000, 5_000),
        Statement("verdict", 6_000, 7_000, is_abnormal=False),
    ]
    line = training_video(ref, said, is_fully_labelled=True)
    assert line.segments == (LabelledSegment(1_000, 2_000, "Fighting", "They fight.", "People."),)
    assert line.rejected == (Verdict(3_000, 4_000, False),)
    assert line.glances == (Glance(5_000),)
    assert line.verdicts == (Verdict(6_000, 7_000, False),)
    assert line.is_fully_labelled
