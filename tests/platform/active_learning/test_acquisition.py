import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigil.active_learning.acquisition import (
    disagreement,
    edge_uncertainty,
    entropy,
    peaks,
    ranking,
    uncertainty,
)
from vigil.videos.intervals import overlap

probability = st.floats(0, 1)


def test_entropy_by_hand():
    assert entropy(0.5) == 1.0
    assert entropy(0.0) == entropy(1.0) == 0.0
    assert entropy(0.25) == pytest.approx(2 - 0.75 * math.log2(3))


def test_disagreement_by_hand():
    assert disagreement((0.4, 0.4, 0.4)) == pytest.approx(0.0, abs=1e-7)
    # H(mean of 0, 0, 1) - 0: the entropy of one third.
    third = -math.log2(1 / 3) / 3 - 2 / 3 * math.log2(2 / 3)
    assert disagreement((0.0, 0.0, 1.0)) == pytest.approx(math.sqrt(third))


@given(probability, probability, probability)
def test_disagreement_is_within_bounds_and_blind_to_order(a, b, c):
    value = disagreement((a, b, c))
    assert 0.0 <= value <= 1.0
    assert value == pytest.approx(disagreement((c, a, b)), abs=1e-6)


@given(probability)
def test_uncertainty_falls_off_evenly_on_both_sides(p):
    assert 0.0 <= uncertainty(p) <= 1.0
    assert uncertainty(p) == pytest.approx(uncertainty(1 - p))
    assert uncertainty(0.5) == 1.0 and uncertainty(0.0) == uncertainty(1.0) == 0.0


def test_edge_uncertainty_looks_at_both_sides_of_both_edges():
    sharp, blurred = [0, 0, 1, 1, 0, 0], [0, 0.5, 0.5, 0.5, 0.5, 0]
    assert edge_uncertainty(sharp, 2, 3) == 0.0
    assert edge_uncertainty(blurred, 2, 3) == 1.0
    assert edge_uncertainty([0.5], 0, 0) == 1.0


def test_peaks_are_the_highest_and_keep_their_distance():
    values = [0.1, 0.9, 0.8, 0.2, 0.7, 0.3]
    assert peaks(values, 3, 1) == [1, 2, 4]
    assert peaks(values, 3, 2) == [1, 4]
    assert peaks(values, 1, 2) == [1]
    assert peaks([], 3, 2) == []


@given(st.lists(probability, max_size=40), st.integers(1, 5), st.integers(1, 6))
def test_peaks_begin_with_the_highest_and_are_apart(values, count, apart):
    chosen = peaks(values, count, apart)
    assert len(chosen) <= count
    assert all(abs(a - b) >= apart for a in chosen for b in chosen if a != b)
    assert not values or values[chosen[0]] == max(values)


def test_ranking_is_the_share_that_a_value_reaches():
    share = ranking([0.1, 0.2, 0.2, 0.4])
    assert [share(value) for value in (0.05, 0.1, 0.2, 0.4)] == [0.0, 0.25, 0.75, 1.0]
    assert ranking([])(0.5) == 0.0


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [((0, 10), (0, 10), 1.0), ((0, 10), (5, 15), 1 / 3), ((0, 10), (10, 20), 0.0), ((0, 10), (2, 4), 0.2)],
)
def test_overlap_is_intersection_over_union(first, second, expected):
    assert overlap(*first, *second) == overlap(*second, *first) == pytest.approx(expected)
