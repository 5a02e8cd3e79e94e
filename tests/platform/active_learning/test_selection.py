import dataclasses
from collections import Counter

from vigil.active_learning.candidates import Candidate
from vigil.active_learning.selection import SelectionRules, selected
from vigil.annotations.models import QuestionKind
from vigil.projects.sentences import Sentence

ORDERLY = SelectionRules(random_share=0.0)


def candidate(video_id: int, priority: float, stratum: str = "verify", start_ms: int = 0) -> Candidate:
    return Candidate(
        video_id, QuestionKind.VERIFY, start_ms, start_ms + 2_000, (Sentence("because"),), priority, stratum=stratum
    )


def test_the_most_useful_comes_first_and_priority_gives_the_order():
    chosen = selected([candidate(1, 0.1), candidate(2, 0.3), candidate(3, 0.2)], ORDERLY)
    assert [one.video_id for one in chosen] == [2, 3, 1]
    assert [one.priority for one in chosen] == sorted((one.priority for one in chosen), reverse=True)


def test_no_video_is_asked_more_than_its_share():
    many = [candidate(video, 1.0 / (place + 1), start_ms=place) for video in (1, 2) for place in range(9)]
    assert Counter(one.video_id for one in selected(many, ORDERLY)) == {1: 4, 2: 4}


def test_questions_are_spread_over_videos():
    many = [candidate(1, 1.0 - place / 100, start_ms=place) for place in range(4)]
    chosen = selected([*many, candidate(2, 0.8)], ORDERLY)
    assert [one.video_id for one in chosen[:3]] == [1, 2, 1]


def test_one_video_is_asked_in_different_ways():
    verifies = [candidate(1, 1.0 - place / 100, start_ms=place) for place in range(6)]
    glance = dataclasses.replace(candidate(1, 0.7), kind=QuestionKind.GLANCE)
    chosen = selected([*verifies, glance], ORDERLY)
    assert [one.kind for one in chosen].count(QuestionKind.GLANCE) == 1 and len(chosen) == 4


def test_a_rare_class_is_not_drowned_by_a_frequent_one():
    fights = [candidate(video, 1.0, "Fighting") for video in range(1, 9)]
    chosen = selected([*fights, candidate(99, 0.8, "Fire")], ORDERLY)
    assert [one.video_id for one in chosen].index(99) <= 2


def test_about_the_random_share_is_drawn_at_random_and_says_so():
    many = [candidate(video, 1.0 / (place + 1), start_ms=place) for video in range(200) for place in range(8)]
    chosen = selected(many, SelectionRules(random_share=0.25, seed=3))
    drawn = [one for one in chosen if one.reason.startswith("Random check. ")]
    assert 0.2 < len(drawn) / len(chosen) < 0.3
    assert len({(one.video_id, one.start_ms) for one in chosen}) == len(chosen)
    assert len({one.start_ms for one in drawn}) > 5
    # Drawn questions stand among the first too: asked last, they would never be answered.
    assert any(one.reason.startswith("Random check. ") for one in chosen[:20])


def test_a_seed_gives_the_same_choice_again():
    many = [candidate(video, 0.5, start_ms=place) for video in range(20) for place in range(8)]
    rules = SelectionRules(random_share=0.5, seed=1)
    assert selected(many, rules) == selected(many, rules)
    assert selected(many, rules) != selected(many, SelectionRules(random_share=0.5, seed=2))


def test_nothing_gives_nothing():
    assert selected([], SelectionRules()) == []
