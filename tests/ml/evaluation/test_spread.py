from dataclasses import replace

import pytest

from ml.contracts import CalibrationFigures, EvaluationResult
from ml.evaluation.spread import FIGURES, flat_figures, spreads

RESULT = EvaluationResult(
    2, 0.9, None, 1.0, 0.5, {"0.3": 1.0, "0.5": None, "0.7": 0.0}, None, 0.5, CalibrationFigures(0.1, 0.2, ())
)


def test_every_single_figure_has_its_place():
    flat = flat_figures(RESULT)
    assert list(flat) == list(FIGURES)
    assert (flat["auc_o"], flat["auc_a"], flat["event_f1.0.3"], flat["event_f1.0.5"]) == (0.9, None, 1.0, None)
    assert (flat["calibration.ece"], flat["operating_point.f1"], flat["text.chrf"]) == (0.1, None, None)


def test_mean_and_spread_by_hand():
    found = spreads([RESULT, replace(RESULT, auc_o=0.7), replace(RESULT, auc_o=0.8)])
    one = found["auc_o"]
    assert (one.mean, one.std, one.low, one.high, one.runs) == pytest.approx((0.8, 0.1, 0.7, 0.9, 3))
    assert found["auc_a"] is None


def test_a_figure_of_one_run_has_no_deviation():
    one = spreads([RESULT, replace(RESULT, auc_a=0.7)])["auc_a"]
    assert (one.mean, one.std, one.runs) == (0.7, None, 1)
