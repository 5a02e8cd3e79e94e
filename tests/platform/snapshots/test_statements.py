"""From rows to statements to a line of a snapshot."""

from dataclasses import replace
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
    training_video,
)
from vigil.videos.intervals import temporal_iou
from vigil.videos.models import WeakLabel

EARLIER = datetime(2026, 1, 1, tzinfo=UTC)
LATER = EARLIER + timedelta(hours=1)


def segment(start_ms, end_ms, **more):
    given = {"label": "Fighting", "outcome": "manual", "source": "annotation 1", "said_at": EARLIER, **more}
    return Statement(kind="segment", start_ms=start_ms, end_ms=end_ms, **given)


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


def by(user_id, *, said_at=LATER, **more):
    """What somebody said later in an annotation of their own about the model's segment of 10-14 s."""
    given = {"draft": "People.", "explanation": "People.", "model_segment_id": 7, "source": f"annotation {user_id}"}
    edges = {"start_ms": 10_000, "end_ms": 14_000, **more}
    is_models = (edges["start_ms"], edges["end_ms"]) == (10_000, 14_000)
    return segment(**{**given, **edges}, user_id=user_id, said_at=said_at, has_model_edges=is_models)


@pytest.mark.parametrize(
    "earlier",
    [
        by(1, said_at=EARLIER, outcome="changed", end_ms=20_500),
        by(1, said_at=EARLIER, outcome="changed", explanation="Two men fight."),
        by(1, said_at=EARLIER, outcome="manual", end_ms=13_000, explanation="Two men fight.", draft=""),
        by(1, said_at=EARLIER, outcome="changed", label="Assault", end_ms=13_999),
    ],
)
def test_a_later_accept_by_another_person_never_displaces_a_correction(earlier):
    assert merged([by(2, outcome="accepted"), earlier]) == (earlier,)


def test_an_accept_lends_its_sentence_to_a_correction_that_has_none():
    drawn = by(1, said_at=EARLIER, outcome="manual", end_ms=13_000, explanation="", draft="")
    (kept,) = merged([drawn, by(2, outcome="accepted")])
    assert (kept.end_ms, kept.outcome, kept.user_id, kept.explanation) == (13_000, "manual", 1, "People.")


def test_ones_own_later_word_counts_even_when_it_is_an_accept():
    changed = by(1, said_at=EARLIER, outcome="changed", end_ms=13_000, source="annotation 3")
    (kept,) = merged([changed, by(1, outcome="accepted")])
    assert (kept.end_ms, kept.outcome) == (14_000, "accepted")


def test_of_two_corrections_each_keeps_what_the_other_left_as_it_was():
    moved = by(1, said_at=EARLIER, outcome="changed", end_ms=20_000)
    written = by(2, outcome="changed", explanation="A man hits another.")
    (kept,) = merged([moved, written])
    assert (kept.end_ms, kept.explanation, kept.outcome) == (20_000, "A man hits another.", "changed")
    (kept,) = merged([replace(moved, said_at=LATER), replace(written, said_at=EARLIER)])
    assert (kept.end_ms, kept.explanation, kept.outcome) == (20_000, "A man hits another.", "changed")


@pytest.mark.parametrize(("sentence", "user_id"), [("A man hits another.", 2), ("A man hits another.", 1)])
def test_an_answer_about_the_sentence_leaves_the_edges(sentence, user_id):
    moved = by(1, said_at=EARLIER, outcome="changed", start_ms=9_000, explanation="")
    said = replace(by(user_id, outcome="changed", explanation=sentence, source="answer 5"), is_sentence_only=True)
    (kept,) = merged([moved, said])
    assert (kept.start_ms, kept.end_ms, kept.explanation) == (9_000, 14_000, sentence)


def test_a_sentence_stands_when_another_person_then_accepts_the_segment():
    said = by(1, said_at=EARLIER, outcome="changed", explanation="A man hits another.", source="answer 5")
    (kept,) = merged([replace(said, is_sentence_only=True), by(2, outcome="accepted")])
    assert (kept.explanation, kept.draft, kept.outcome) == ("A man hits another.", "People.", "changed")


@pytest.mark.django_db
def test_a_save_after_the_submit_is_as_late_as_it_is():
    source = PredictedSegmentFactory()
    video = source.prediction.video
    first = AnnotationFactory(video=video)
    SegmentFactory(annotation=first, end_ms=13_000)
    second = AnnotationFactory(video=video)
    SegmentFactory(annotation=second, end_ms=12_500)
    first.save()  # one more save after both submitted
    (kept,) = merged([*statements_of_annotation(first), *statements_of_annotation(second)])
    assert kept.end_ms == 13_000


@pytest.mark.django_db
def test_a_bounds_answer_with_a_new_sentence_is_no_mere_accept():
    source = PredictedSegmentFactory()
    payload = {"segment": {"start_ms": 10_000, "end_ms": 12_000, "label": "Fighting", "explanation": "A man falls."}}
    (said,) = statements_of_answer(answer(QuestionKind.BOUNDS, payload, video=source.prediction.video, segment=source))
    assert (said.outcome, said.has_own_sentence, said.has_own_edges) == (Outcome.CHANGED, True, False)


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
