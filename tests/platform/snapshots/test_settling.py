"""What training hears where a reviewer spoke, and where people contradict each other."""

from datetime import UTC, datetime, timedelta

import pytest

from vigil.snapshots.settling import settled
from vigil.snapshots.statements import Statement

EARLIER = datetime(2026, 1, 1, tzinfo=UTC)


def said(kind, user_id, *, review="", hours=0, model_segment_id=7, source=None):
    return Statement(
        kind=kind, start_ms=0, end_ms=1_000, is_abnormal=kind == "segment", label="Fighting", user_id=user_id,
        said_at=EARLIER + timedelta(hours=hours), source=source or f"annotation {user_id}",
        model_segment_id=model_segment_id, review=review,
    )  # fmt: skip


def test_what_a_reviewer_rejected_is_left_out_whatever_it_says():
    drawn = said("segment", 1, model_segment_id=None, review="rejected")
    turned_down = said("rejected", 1, review="rejected")
    assert settled([drawn, turned_down]).kept == ()
    assert set(settled([drawn, turned_down]).left_out) == {drawn, turned_down}


def test_an_accept_and_a_rejection_of_one_model_segment_are_a_disagreement_and_neither_is_heard():
    yes, no = said("segment", 1), said("rejected", 2)
    other = said("segment", 2, model_segment_id=8)
    result = settled([yes, no, other])
    assert (result.kept, set(result.left_out)) == ((other,), {yes, no})


@pytest.mark.parametrize("review", ["accepted", "fixed"])
def test_a_reviewer_decides_a_disagreement(review):
    yes, no = said("segment", 1, review=review), said("rejected", 2)
    assert (settled([yes, no]).kept, settled([yes, no]).left_out) == ((yes,), ())
    yes, no = said("segment", 1), said("rejected", 2, review=review)
    assert settled([yes, no]).kept == (no,)


def test_a_reviewer_who_rejects_one_side_leaves_the_other():
    yes, no = said("segment", 1, review="rejected"), said("rejected", 2)
    assert (settled([yes, no]).kept, settled([yes, no]).left_out) == ((no,), (yes,))


def test_two_approved_opposites_are_still_a_disagreement():
    yes, no = said("segment", 1, review="accepted"), said("rejected", 2, review="accepted")
    assert settled([yes, no]).kept == ()


def test_one_person_may_change_their_mind():
    first, then = said("rejected", 1, source="answer 3"), said("segment", 1, hours=1)
    assert (settled([first, then]).kept, settled([first, then]).left_out) == ((then,), ())


def test_people_who_agree_are_all_heard():
    both = (said("segment", 1), said("segment", 2, hours=1))
    assert settled(both).kept == both


def test_an_event_that_somebody_else_saw_nothing_of_all_the_video_long_is_a_disagreement_until_a_reviewer_approves_it():
    event = said("segment", 1, model_segment_id=None)
    assert (settled([event], [1, 2]).kept, settled([event], [1, 2]).left_out) == ((), (event,))
    assert settled([event], [1]).kept == (event,)
    approved = said("segment", 1, model_segment_id=None, review="accepted")
    assert settled([approved], [1, 2]).kept == (approved,)
    theirs = said("segment", 2, model_segment_id=9)
    assert set(settled([event, theirs], [1, 2]).kept) == {event, theirs}
