import numpy as np
import pytest

from ml.evaluation.operating_point import best_threshold, counts_at

TRUTH = np.array([True, True, True, False, False])
SCORES = np.array([0.9, 0.5, 0.2, 0.6, 0.1])


def test_counts_by_hand_with_the_threshold_itself_above():
    at = counts_at(TRUTH, SCORES, 0.5)
    assert (at.hits, at.false_alarms, at.misses, at.quiet) == (2, 1, 1, 1)
    assert (at.precision, at.recall, at.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert at.accuracy == 0.6


def test_nothing_above_the_threshold_has_no_precision():
    at = counts_at(TRUTH, SCORES, 0.95)
    assert (at.precision, at.recall, at.f1) == (None, 0.0, 0.0)


def test_the_best_threshold_is_no_worse_than_any_other():
    rng = np.random.default_rng(0)
    truth = rng.random(200) < 0.3
    scores = np.round(rng.random(200) * 0.5 + truth * 0.3, 2)
    best = counts_at(truth, scores, best_threshold(truth, scores)).f1
    assert best == pytest.approx(max(counts_at(truth, scores, one).f1 for one in np.unique(scores)))


def test_one_kind_alone_has_no_best_threshold():
    assert best_threshold(np.array([False, False]), np.array([0.1, 0.2])) is None
