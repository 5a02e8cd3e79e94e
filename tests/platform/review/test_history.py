"""What changed on each segment, from the documents alone."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from vigil.review.history import Change, SavedDocument, changes_of, kinds_of

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def segment(key="a", **more):
    given = {"start_ms": 0, "end_ms": 1_000, "label": "Fire", "explanation": "", "outcome": "manual", "dialogue": []}
    return {"key": key, **given, **more}


def saved(number, *segments, by="ann", minutes=None):
    at = T0 + timedelta(minutes=10 * number if minutes is None else minutes)
    return SavedDocument(number, {"segments": list(segments)}, by, at)


def test_each_change_says_who_what_and_in_which_revision():
    changes = changes_of([
        saved(1, segment()),
        saved(2, segment(end_ms=2_000, label="Smoke"), by="rae"),
        saved(3, by="ann"),
    ])  # fmt: skip
    assert [(one.kinds, one.saved_by, one.revision) for one in changes] == [
        (("added",), "ann", 1), (("moved", "relabelled"), "rae", 2), (("removed",), "ann", 3),
    ]  # fmt: skip
    assert changes[1].before["end_ms"] == 1_000 and changes[1].after["end_ms"] == 2_000
    assert changes[2].after is None


def test_every_kind():
    before = segment()
    assert kinds_of(before, segment(start_ms=1)) == ("moved",)
    assert kinds_of(before, segment(explanation="x")) == ("reworded",)
    assert kinds_of(before, segment(outcome="rejected")) == ("judged",)
    assert kinds_of(before, segment(dialogue=[{"role": "user", "text": "Who?"}])) == ("talked",)
    assert kinds_of(before, before) == ()


def test_what_one_person_does_in_one_go_is_one_change():
    typing = [saved(n, segment(explanation="x" * n), minutes=n * 0.1) for n in range(1, 30)]
    (change,) = changes_of(typing, {"segments": [segment()]})
    assert (change.before["explanation"], change.after["explanation"], change.revision) == ("", "x" * 29, 29)


def test_another_person_or_a_long_rest_begins_a_new_change():
    changes = changes_of([
        saved(1, segment(), minutes=0),
        saved(2, segment(end_ms=2_000), by="rae", minutes=1),
        saved(3, segment(end_ms=3_000), by="rae", minutes=7),
    ])  # fmt: skip
    assert [one.revision for one in changes] == [1, 2, 3]


def test_what_is_taken_back_in_the_same_go_leaves_no_trace():
    moved, back = saved(2, segment(end_ms=2_000), minutes=1), saved(3, segment(), minutes=2)
    (change,) = changes_of([saved(1, segment(), minutes=0), moved, back])
    assert change.kinds == ("added",)


def test_another_kind_of_change_keeps_the_version_before_it():
    changes = changes_of([saved(1, segment(explanation="x"), minutes=0), saved(2, segment(explanation="y"), minutes=1)])
    assert [(one.kinds, one.after["explanation"]) for one in changes] == [(("added",), "x"), (("reworded",), "y")]


documents = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from("abc"), st.integers(0, 3), max_size=3),
        st.sampled_from(["ann", "rae"]),
        st.integers(0, 9),
    ),
    max_size=12,
)


def revisions_of(drawn):
    minute, revisions = 0, []
    for number, (ends, by, rest) in enumerate(drawn, start=1):
        minute += rest
        segments = [segment(key, end_ms=1_000 + end) for key, end in ends.items()]
        revisions.append(saved(number, *segments, by=by, minutes=minute))
    return revisions


def replayed(changes: list[Change]):
    state = {}
    for one in changes:
        state[one.segment_key] = one.after
        if one.after is None:
            del state[one.segment_key]
    return state


@given(documents)
def test_the_changes_replayed_give_the_newest_document(drawn):
    revisions = revisions_of(drawn)
    newest = {one["key"]: one for one in revisions[-1].document["segments"]} if revisions else {}
    assert replayed(changes_of(revisions)) == newest


@given(documents)
def test_each_segments_changes_follow_from_each_other(drawn):
    now = {}
    for change in changes_of(revisions_of(drawn)):
        assert change.kinds and change.before == now.get(change.segment_key)
        now[change.segment_key] = change.after


@given(documents, st.integers(0, 12))
def test_a_later_page_begins_where_the_earlier_one_ends(drawn, cut):
    revisions = revisions_of(drawn)
    earlier, later = revisions[:cut], revisions[cut:]
    base = earlier[-1].document if earlier else None
    both = changes_of(earlier) + changes_of(later, base)
    assert replayed(both) == replayed(changes_of(revisions))
