"""The odds ratio loss by hand."""

from __future__ import annotations

import math

import pytest
import torch

from ml.training.preference_loss import odds_ratio_losses


def test_it_is_the_negative_log_sigmoid_of_the_log_odds_ratio() -> None:
    # p = 0.8 has odds 4, p = 0.5 has odds 1: the ratio is 4, sigmoid(log 4) = 4/5.
    chosen_B = torch.log(torch.tensor([0.8, 0.5, 0.5]))
    rejected_B = torch.log(torch.tensor([0.5, 0.8, 0.5]))

    losses = odds_ratio_losses(chosen_B, rejected_B)

    assert losses.tolist() == pytest.approx([-math.log(4 / 5), -math.log(1 / 5), -math.log(1 / 2)], rel=1e-5)


def test_its_gradient_prefers_the_chosen_answer_and_stays_finite_at_certainty() -> None:
    chosen_B = torch.tensor([-0.7, 0.0, -40.0], requires_grad=True)
    rejected_B = torch.tensor([-0.7, -40.0, 0.0], requires_grad=True)

    odds_ratio_losses(chosen_B, rejected_B).sum().backward()

    assert chosen_B.grad is not None
    assert rejected_B.grad is not None
    assert bool(torch.isfinite(chosen_B.grad).all())
    assert bool(torch.isfinite(rejected_B.grad).all())
    assert chosen_B.grad[0] < 0 < rejected_B.grad[0]
