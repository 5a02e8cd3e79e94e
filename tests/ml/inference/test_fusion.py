import math

import pytest
import torch

from ml.inference.fusion import calibrated, fused_scores, smoothed

CENTRES = torch.arange(5) * 2000.0


def test_smoothing_by_hand():
    values = torch.tensor([0.0, 0.0, 1.0, 0.0, 0.0])
    result = smoothed(values, CENTRES, sigma_ms=2000)
    kernel = [math.exp(-0.5 * distance**2) for distance in range(-2, 3)]
    assert result[2] == pytest.approx(1 / sum(kernel), rel=1e-5)
    assert result[1] == pytest.approx(kernel[1] / (sum(kernel[1:]) + math.exp(-4.5)), rel=1e-5)


def test_smoothing_keeps_constants_and_can_be_switched_off():
    torch.testing.assert_close(smoothed(torch.full((5,), 0.3), CENTRES, sigma_ms=3000), torch.full((5,), 0.3))
    values = torch.rand(5)
    assert torch.equal(smoothed(values, CENTRES, sigma_ms=0), values)
    assert torch.equal(smoothed(values[:1], CENTRES[:1], sigma_ms=2000), values[:1])


def test_a_score_needs_a_bounded_look_ahead():
    early, late = torch.rand(40), torch.rand(40)
    late[:20] = early[:20]
    centres = torch.arange(40) * 2000.0
    one, other = (smoothed(values, centres, sigma_ms=2000) for values in (early, late))
    assert torch.equal(one[:17], other[:17])


def test_fusion_is_the_mean_of_the_branches_then_the_calibration():
    branches = [torch.tensor([p]) for p in (0.2, 0.5, 0.8)]
    plain = fused_scores(*branches, torch.tensor([1000.0]), sigma_ms=0, calibration=torch.tensor([1.0, 0.0]))
    assert plain[0] == pytest.approx(0.5)
    shifted = fused_scores(*branches, torch.tensor([1000.0]), sigma_ms=0, calibration=torch.tensor([2.0, 1.0]))
    assert shifted[0] == pytest.approx(1 / (1 + math.exp(-1)))


def test_calibration_puts_the_decision_point_between_the_kinds():
    odds = torch.tensor([-3.0, -2.5, -2.8, -1.0, -0.5, -0.8])
    slope, offset = calibrated(odds, torch.tensor([0.0, 0, 0, 1, 1, 1]), torch.ones(6)).tolist()
    assert slope > 0
    assert -2.5 < -offset / slope < -1.0


def test_one_kind_alone_calibrates_nothing():
    assert calibrated(torch.rand(3), torch.ones(3), torch.ones(3)).tolist() == [1.0, 0.0]
