import numpy as np
import pytest

from ml.evaluation.calibration import calibration


def test_by_hand():
    truth = np.array([False, True, True, True])
    found = calibration(truth, np.array([0.25, 0.25, 0.75, 1.0]), bins=2)
    # [0, .5): mean score .25, abnormal .5 -> off by .25; [.5, 1]: mean .875, abnormal 1 -> off by .125.
    assert found.ece == pytest.approx((2 * 0.25 + 2 * 0.125) / 4)
    assert found.brier == pytest.approx((0.0625 + 0.5625 + 0.0625 + 0) / 4)
    assert [(one.low, one.high, one.frames) for one in found.bins] == [(0.0, 0.5, 2), (0.5, 1.0, 2)]
    assert [one.abnormal_share for one in found.bins] == [0.5, 1.0]
    assert [one.mean_score for one in found.bins] == [0.25, 0.875]


@pytest.mark.parametrize("edge", [0.1, 0.3, 0.6, 0.7, 0.9])
def test_a_score_on_an_edge_is_in_the_bin_that_begins_there(edge):
    (only,) = calibration(np.array([True]), np.array([edge])).bins
    assert only.low == edge


def test_a_coin_that_knows_its_odds_is_calibrated():
    truth = np.array([True, False] * 50)
    assert calibration(truth, np.full(100, 0.5)).ece == 0
    assert calibration(truth, np.full(100, 0.9)).ece == pytest.approx(0.4)


def test_scores_that_are_no_probabilities_have_no_calibration():
    assert calibration(np.array([True, False]), np.array([0.2, 2.9])) is None
    assert calibration(np.array([True, False]), np.array([-0.1, 0.5])) is None
    assert calibration(np.zeros(0, dtype=np.bool_), np.zeros(0)) is None
