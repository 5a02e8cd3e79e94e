import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.model.ltc_lists import above_past_best_mask, best_past_mask, listing

TIED = st.lists(st.sampled_from([0.1, 0.3, 0.3, 0.5, 0.6, 0.6, 0.9, 1.0]), min_size=1, max_size=30)


def listed_over_stretches(scores, cuts, *, length, is_strict):
    """For each clip the clips that are in its list, told by `listing` stretch by stretch."""
    listed, held, held_score = [[] for _ in scores], [], ()
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(scores)}), len(scores)]
    for first, stop in zip(edges[:-1], edges[1:], strict=True):
        made = listing(held_score, np.array(scores[first:stop], np.float32), length=length, is_strict=is_strict)
        spans = [(clip, 0, leave) for clip, leave in zip(held, made.held_leaves, strict=True)]
        spans += [(first + p, p + 1, leave) for p, leave in zip(made.came, made.came_leaves, strict=True)]
        for clip, enter, leave in spans:
            for place in range(enter, leave):
                listed[first + place].append(clip)
        held = [held[item] for item in made.stays] + [first + place for place in made.joins]
        held_score = made.scores
        assert held == sorted(held)
        assert len(held) <= length
    return [sorted(clips) for clips in listed]


def of_mask(mask_CC):
    return [row.nonzero().flatten().tolist() for row in mask_CC]


@settings(deadline=None, max_examples=200)
@given(scores=TIED, length=st.integers(1, 5), cuts=st.lists(st.integers(1, 30), max_size=4))
def test_a_list_of_the_best_is_the_same_in_any_stretches_and_by_plain_sorting(scores, length, cuts):
    by_hand = [
        sorted(sorted(range(clip), key=lambda past: (-scores[past], past))[:length]) for clip in range(len(scores))
    ]
    assert listed_over_stretches(scores, cuts, length=length, is_strict=False) == by_hand
    assert of_mask(best_past_mask(torch.tensor([scores]), length)[0]) == by_hand


@settings(deadline=None, max_examples=200)
@given(scores=TIED, length=st.integers(1, 5), cuts=st.lists(st.integers(1, 30), max_size=4))
def test_a_strict_list_is_the_same_in_any_stretches_and_by_plain_sorting(scores, length, cuts):
    by_hand = []
    for clip in range(len(scores)):
        past = sorted(scores[:clip], reverse=True)
        last = past[length - 1] if len(past) >= length else 0.0
        by_hand.append([other for other in range(clip) if scores[other] > last])
    assert listed_over_stretches(scores, cuts, length=length, is_strict=True) == by_hand
    assert of_mask(above_past_best_mask(torch.tensor([scores]), length)[0]) == by_hand


def test_ties_with_the_last_place_drop_out_of_a_strict_list():
    assert listed_over_stretches([0.8, 0.8, 0.8, 0.9, 0.6], [], length=3, is_strict=True) == [
        [], [0], [0, 1], [], [3],
    ]  # fmt: skip


def test_the_earlier_of_two_equal_clips_stays():
    assert listed_over_stretches([0.5, 0.5, 0.5, 0.7], [], length=2, is_strict=False) == [[], [0], [0, 1], [0, 1]]
    assert listed_over_stretches([0.5, 0.5, 0.7, 0.1], [], length=2, is_strict=False)[3] == [0, 2]


def test_clips_that_are_no_candidates_never_enter():
    made = listing((), np.array([-np.inf, 0.2, -np.inf], np.float32), length=3, is_strict=False)
    assert (made.came, made.joins, made.scores) == ((1,), (1,), (torch.tensor(0.2).item(),))


def test_a_stretch_that_changes_nothing_says_so():
    made = listing((0.9, 0.8), np.array([0.1, 0.8, 0.2], np.float32), length=2, is_strict=False)
    assert not made.is_changed
    assert (made.held_leaves, made.came, made.stays) == ((3, 3), (), (0, 1))
