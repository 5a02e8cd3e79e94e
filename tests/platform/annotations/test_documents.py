"""Pure checks of a document against its video."""

import uuid

import pytest
from pydantic import ValidationError

from vigil.annotations.documents import DocumentRules, Source, segment_checked, segments_checked
from vigil.annotations.models import Outcome
from vigil.annotations.schemas import DocumentIn, SegmentIn
from vigil.projects.errors import Invalid

SOURCE = Source(2_000, 6_000, "Fighting", "Two people push each other.")
RULES = DocumentRules(duration_ms=10_000, labels=frozenset({"Fighting", "Fire"}), sources={7: SOURCE})


def segment(**changes) -> SegmentIn:
    given = {"key": uuid.uuid4(), "start_ms": 2_000, "end_ms": 6_000, "label": "Fighting", **changes}
    return SegmentIn.model_validate(given)


def test_a_segment_may_fill_the_video_to_its_last_millisecond():
    checked = segment_checked(segment(start_ms=0, end_ms=10_000), RULES)
    assert (checked.start_ms, checked.end_ms, checked.outcome) == (0, 10_000, Outcome.MANUAL)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"end_ms": 10_001}, "beyond the video's end at 10000 ms"),
        ({"start_ms": 6_000}, "ends at or before its start"),
        ({"start_ms": 7_000}, "ends at or before its start"),
        ({"label": "Dancing"}, "unknown label 'Dancing'"),
        ({"source_id": 8}, "model segment 8, which is not of this video"),
        ({"outcome": "rejected"}, "is no segment of the model; delete it"),
    ],
)
def test_what_cannot_be_is_refused_and_named(changes, said):
    wrong = segment(**changes)
    document = DocumentIn(segments=[segment(start_ms=0, end_ms=1_000), wrong])
    with pytest.raises(Invalid, match=said) as caught:
        segments_checked(document, RULES)
    assert f"Segment 2 ({wrong.start_ms}-{wrong.end_ms} ms, {wrong.label})" in str(caught.value)


def test_two_segments_with_one_key_are_refused():
    twin = segment()
    with pytest.raises(Invalid, match="Segment 2 .* same key"):
        segments_checked(DocumentIn(segments=[twin, twin]), RULES)


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, Outcome.ACCEPTED),
        ({"start_ms": 2_001}, Outcome.CHANGED),
        ({"end_ms": 5_999}, Outcome.CHANGED),
        ({"label": "Fire"}, Outcome.CHANGED),
        ({"explanation": "A man shoves another."}, Outcome.CHANGED),
        ({"outcome": "rejected"}, Outcome.REJECTED),
        ({"outcome": "rejected", "start_ms": 2_500}, Outcome.REJECTED),
        ({"outcome": "changed"}, Outcome.ACCEPTED),
        ({"outcome": "accepted", "end_ms": 5_000}, Outcome.CHANGED),
        ({"outcome": "manual"}, Outcome.ACCEPTED),
    ],
)
def test_the_server_decides_the_outcome_from_what_differs(changes, outcome):
    given = segment(**{"source_id": 7, "explanation": SOURCE.explanation, **changes})
    checked = segment_checked(given, RULES)
    assert checked.outcome == outcome
    assert checked.draft_explanation == SOURCE.explanation


def test_the_draft_is_the_models_sentence_whatever_the_client_says():
    given = segment(source_id=7, explanation="Mine.", draft_explanation="Not what the model said.")
    assert segment_checked(given, RULES).draft_explanation == "Two people push each other."


def test_html_stays_text():
    text = "<script>alert(1)</script> & <b>bold</b>"
    assert segment_checked(segment(explanation=text), RULES).explanation == text


@pytest.mark.parametrize(
    "changes",
    [
        {"explanation": "x" * 5_001},
        {"explanation": "nul \x00"},
        {"explanation": "half \ud800"},
        {"start_ms": -1},
        {"start_ms": 1.5},
        {"start_ms": "2000"},
        {"end_ms": 2**31},
        {"label": ""},
        {"key": "not-a-uuid"},
        {"outcome": "perhaps"},
        {"colour": "red"},
    ],
)
def test_the_schema_refuses_what_no_segment_can_be(changes):
    with pytest.raises(ValidationError):
        segment(**changes)


def test_a_text_of_exactly_5000_characters_is_kept():
    assert len(segment(explanation="界" * 5_000).explanation) == 5_000
