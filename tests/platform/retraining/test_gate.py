"""The gate's advice, by hand."""

import pytest
from django.utils import translation

from ml.contracts import EvaluationResult
from vigil.retraining.gate import compare, gate_verdict, metrics_json, reasons_told, value_of


def figures(auc_a=0.7, video_auc=0.9, ap=0.5, f1=0.4, boundary_error_s=2.0, auc_o=0.8):
    return {
        "model": "v1", "videos": 8, "auc_o": auc_o, "auc_a": auc_a, "video_auc": video_auc, "ap": ap,
        "event_f1": {"0.3": f1, "0.5": f1, "0.7": f1}, "boundary_error_s": boundary_error_s,
        "judgement_accuracy": None,
    }  # fmt: skip


def test_a_better_localisation_is_advised():
    verdict = gate_verdict(figures(auc_a=0.75), figures(auc_a=0.70))
    assert verdict["better"] is True
    assert verdict["reasons"] == ["AUC, abnormal videos (localisation) is better: 0.750 against 0.700."]


@pytest.mark.parametrize("auc_a", [0.69, 0.70, 0.704])
def test_a_worse_or_an_equal_one_is_not(auc_a):
    assert gate_verdict(figures(auc_a=auc_a), figures(auc_a=0.70))["better"] is False


def test_a_loss_elsewhere_stops_a_better_localisation_and_is_named():
    verdict = gate_verdict(figures(auc_a=0.8, video_auc=0.85), figures(auc_a=0.7, video_auc=0.9))
    assert verdict["better"] is False
    assert "Video AUC is worse: 0.850 against 0.900." in verdict["reasons"]


def test_a_small_loss_elsewhere_is_let_pass():
    assert gate_verdict(figures(auc_a=0.8, video_auc=0.89), figures(auc_a=0.7, video_auc=0.9))["better"] is True


def test_without_localised_truth_the_next_figure_decides():
    verdict = gate_verdict(figures(auc_a=None, auc_o=None, video_auc=0.95), figures(auc_a=None, auc_o=None))
    assert verdict["better"] is True
    assert verdict["reasons"][0].startswith("Video AUC is better")


def test_without_a_test_split_nothing_is_advised():
    assert gate_verdict(None, figures())["better"] is False


def test_without_production_there_is_nothing_to_beat():
    assert gate_verdict(figures(), None)["better"] is True


def test_less_boundary_error_is_better():
    line = next(
        one for one in compare(figures(boundary_error_s=1.0), figures()) if one.figure.key == "boundary_error_s"
    )
    assert line.delta == pytest.approx(-1.0)
    assert (line.is_better, line.is_worse) == (True, False)


def test_a_figure_that_one_lacks_has_no_delta():
    line = next(one for one in compare(figures(auc_a=None), figures()) if one.figure.key == "auc_a")
    assert (line.candidate, line.delta, line.is_better, line.is_worse) == (None, None, False, False)


def test_value_of_reaches_into_event_f1():
    assert value_of(figures(f1=0.25), "event_f1.0.5") == 0.25
    assert value_of({}, "event_f1.0.5") is None
    assert value_of(None, "ap") is None


def test_the_metrics_are_what_evaluate_prints():
    result = EvaluationResult(2, 0.9, None, 1.0, 0.5, {"0.3": 1.0, "0.5": None, "0.7": 0.0}, None, 0.5)
    metrics = metrics_json("v3", result)
    assert list(metrics)[:9] == [
        "model", "videos", "auc_o", "auc_a", "video_auc", "ap", "event_f1", "boundary_error_s", "judgement_accuracy",
    ]  # fmt: skip
    assert metrics["event_f1"] == {"0.3": 1.0, "0.5": None, "0.7": 0.0}


def test_reasons_are_told_in_the_readers_language():
    candidate, production = figures(auc_a=0.75), figures(auc_a=0.70)
    verdict = gate_verdict(candidate, production)
    gate = {"candidate": candidate, "production": production, "verdict": verdict}
    assert reasons_told(gate) == verdict["reasons"]
    with translation.override("zh-hans"):
        assert reasons_told(gate) == ["AUC，异常视频（定位）更好：0.750 对 0.700。"]
        earlier = {**verdict, "reasons": ["It was better by the rules of then."]}
        assert reasons_told({**gate, "verdict": earlier}) == earlier["reasons"]
