import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.evaluation.expansion import (
    marks,
    postpress,
    repeat_expansion,
    runs,
    spans_by_rule,
    timed_expansion,
    uniform_expansion,
)


def test_scores_are_spread_over_the_frames_with_rounded_borders():
    # 10 / 4 = 2.5: borders at int(2.5 + .5) = 3, int(5 + .5) = 5, int(7.5 + .5) = 8.
    assert uniform_expansion(np.array([1.0, 2.0, 3.0, 4.0]), 10).tolist() == [1, 1, 1, 2, 2, 3, 3, 3, 4, 4]


@given(count=st.integers(1, 40), places=st.integers(1, 500))
def test_the_borders_are_those_of_the_published_formula(count, places):
    expected = []
    for number in range(count):
        first, last = int(number * places / count + 0.5), int((number + 1) * places / count + 0.5)
        expected += [float(number)] * (last - first)
    found = uniform_expansion(np.arange(count, dtype=np.float64), places)
    assert found.tolist() == expected
    assert len(found) == places


def test_one_score_a_frame_stays_as_it_is():
    scores = np.array([0.3, 0.1, 0.2])
    assert uniform_expansion(scores, 3).tolist() == scores.tolist()


def test_repeated_scores_may_be_cut_or_end_early_by_less_than_a_repeat():
    assert repeat_expansion(np.array([1.0, 2.0]), 6, 4).tolist() == [1, 1, 1, 1, 2, 2]
    assert repeat_expansion(np.array([1.0]), 6, 4).tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("count", [1, 4])
def test_repeated_scores_of_another_length_are_refused(count):
    with pytest.raises(ValueError, match=f"{count} scores of 4 frames do not fit 10 frames; 2 or 3 would"):
        repeat_expansion(np.zeros(count), 10, 4)


def test_timed_scores_hold_until_the_next_clip():
    found = timed_expansion(np.array([0.1, 0.9]), np.array([50.0, 200.0]), 5, 100.0)
    assert found.tolist() == [0.1, 0.1, 0.9, 0.9, 0.9]


def test_postpress_takes_the_mean_of_each_window_and_of_the_rest():
    # 11 places in 3 windows of floor(11 / 3) = 3, and a rest of 2.
    found = postpress(np.array([0.0, 3.0, 0.0, 1.0, 1.0, 1.0, 6.0, 0.0, 0.0, 4.0, 8.0]), windows=3)
    assert found.tolist() == [1, 1, 1, 1, 1, 1, 2, 2, 2, 6, 6]


def test_postpress_leaves_a_video_shorter_than_its_windows_alone():
    scores = np.array([0.5, 0.25])
    assert postpress(scores).tolist() == [0.5, 0.25]


def test_the_rules_differ_at_the_first_frame_only():
    spans = [(0, 10), (5, 9), (-1, -1)]
    assert spans_by_rule(spans, "parity", is_normal=False) == ((5, 9),)
    assert spans_by_rule(spans, "correct", is_normal=False) == ((0, 10), (5, 9))


def test_a_normal_video_of_tad_is_normal_by_both_rules():
    assert spans_by_rule([(0, 77)], "parity", is_normal=True) == ()
    assert spans_by_rule([(0, 77)], "correct", is_normal=True) == ()


def test_marks_are_half_open_and_cut_at_the_end():
    assert marks([(1, 3), (4, 9)], 6).tolist() == [False, True, True, False, True, True]
    assert marks([(150, 300)], 4, 100.0).tolist() == [False, False, True, False]


@pytest.mark.parametrize("fps", [24, 25, 29.97, 30, 60])
def test_an_edge_on_a_place_is_on_that_place_at_every_frame_rate(fps):
    step = 1000 / fps
    for place in range(1, 400):
        edge = place * 1000 / fps
        assert marks([(edge, edge + 1)], 401, step).tolist().index(True) == place
        found = timed_expansion(np.array([0.0, 1.0]), np.array([0.0, edge]), 401, step)
        assert found.tolist().index(1.0) == place


@given(st.lists(st.booleans(), max_size=60))
def test_runs_and_marks_undo_each_other(truth):
    marks_F = np.array(truth, dtype=np.bool_)
    assert marks(runs(marks_F), len(truth)).tolist() == truth
