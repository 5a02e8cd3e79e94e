import math

import pytest
import torch

from ml.inference.fusion import EXPECTED_ODDS, calibrated, fused_scores, quantiles, ranks, smoothed

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


def test_smoothing_takes_members_side_by_side():
    values = torch.rand(5, 2)
    both = smoothed(values, CENTRES, sigma_ms=2000)
    for member in range(2):
        torch.testing.assert_close(both[:, member], smoothed(values[:, member], CENTRES, sigma_ms=2000))


def test_quantiles_include_both_ends_and_interpolate():
    values = torch.tensor([[4.0, 0.0], [0.0, 0.0], [2.0, 1.0]])
    assert quantiles(values, 5).tolist() == [[0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 0.0, 0.5, 1.0]]


def test_a_rank_is_the_share_of_training_clips_below():
    table = torch.tensor([[0.0, 1.0, 2.0, 3.0, 4.0], [-8.0, -4.0, 0.0, 4.0, 8.0]])
    values = torch.tensor([[1.5, 0.0], [-9.0, 6.0], [9.0, -8.0]])
    torch.testing.assert_close(ranks(values, table), torch.tensor([[0.375, 0.5], [0.0, 0.875], [1.0, 0.0]]))


def test_a_table_without_spread_gives_no_broken_number():
    assert torch.isfinite(ranks(torch.tensor([[0.0], [1.0], [2.0]]), torch.ones(1, 5))).all()


def test_fusion_is_the_calibrated_mean_rank_of_the_members_asked():
    odds = torch.tensor([[[1.0, -4.0]], [[2.0, 0.0]], [[3.0, 4.0]]])
    table = torch.tensor([[0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 2.0, 4.0, 6.0, 8.0]])

    def fused(slope, offset, members=()):
        return float(
            fused_scores(
                odds,
                torch.tensor([1000.0]),
                sigma_ms=0,
                quantiles_MQ=table,
                calibration=torch.tensor([slope, offset]),
                members=members,
            )
        )

    assert fused(1.0, 0.0) == pytest.approx(0.25)
    assert fused(1.0, 0.0, members=(0,)) == pytest.approx(0.5)
    assert fused(2.0, 1.0, members=(0,)) == pytest.approx(1 / (1 + math.exp(-1)))


def test_calibration_puts_the_decision_point_between_the_kinds():
    odds = torch.tensor([-3.0, -2.5, -2.8, -1.0, -0.5, -0.8])
    slope, offset = calibrated(odds, torch.tensor([0.0, 0, 0, 1, 1, 1]), torch.ones(6)).tolist()
    assert slope > 0
    assert -2.5 < -offset / slope < -1.0


def test_half_way_between_the_kinds_an_unseen_video_counts_as_normal():
    odds = torch.tensor([-1.2, -1.0, -0.8, 0.8, 1.0, 1.2])
    slope, offset = calibrated(odds, torch.tensor([0.0, 0, 0, 1, 1, 1]), torch.ones(6)).tolist()
    assert offset == pytest.approx(EXPECTED_ODDS, abs=1e-3)
    assert slope > 0


def test_one_kind_alone_calibrates_nothing():
    assert calibrated(torch.rand(3), torch.ones(3), torch.ones(3)).tolist() == [1.0, 0.0]
