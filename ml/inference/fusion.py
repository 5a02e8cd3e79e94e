"""From three branches to the fused score: their mean, smoothed over time, calibrated. Pure functions; C clips."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

EDGE = 1e-4
"""Probabilities are kept this far from 0 and 1, so that log-odds stay finite."""
SMOOTHING_REACH = 3.0
"""The Gaussian is cut off after this many standard deviations, so that a score needs a bounded look ahead."""


def fused_scores(
    raw_C: Tensor, long_C: Tensor, short_C: Tensor, centre_ms_C: Tensor, *, sigma_ms: float, calibration: Tensor
) -> Tensor:
    """[C] in (0, 1); 0.5 is the decision point. `calibration` is slope and offset of the log-odds."""
    odds = smoothed_log_odds(raw_C, long_C, short_C, centre_ms_C, sigma_ms=sigma_ms)
    return (calibration[0] * odds + calibration[1]).sigmoid()


def smoothed_log_odds(
    raw_C: Tensor, long_C: Tensor, short_C: Tensor, centre_ms_C: Tensor, *, sigma_ms: float
) -> Tensor:
    """[C] log-odds of the three branches' mean probability, after smoothing."""
    mean = (raw_C + long_C + short_C) / 3
    return torch.logit(smoothed(mean, centre_ms_C, sigma_ms=sigma_ms), eps=EDGE)


def smoothed(values_C: Tensor, centre_ms_C: Tensor, *, sigma_ms: float) -> Tensor:
    """Gaussian mean over neighbours in time, in linear time; the values themselves where sigma is 0.

    Clips are as good as equally long, so the kernel is laid over clips, its width taken from their median distance.
    """
    if sigma_ms <= 0 or len(values_C) < 2:
        return values_C
    step_ms = float((centre_ms_C[1:] - centre_ms_C[:-1]).float().median().clamp_min(1.0))
    reach = int(SMOOTHING_REACH * sigma_ms / step_ms)
    offsets = torch.arange(-reach, reach + 1, dtype=values_C.dtype) * step_ms
    kernel = torch.exp(-0.5 * (offsets / sigma_ms) ** 2)
    sums = functional.conv1d(values_C[None, None], kernel[None, None], padding=reach)[0, 0]
    weights = functional.conv1d(torch.ones_like(values_C)[None, None], kernel[None, None], padding=reach)[0, 0]
    return sums / weights


def calibrated(odds_N: Tensor, is_abnormal_N: Tensor, weight_N: Tensor) -> Tensor:
    """Slope and offset that make the log-odds tell how often a judgement of that kind is right (Platt scaling).

    (1, 0), which changes nothing, where only one kind is present.
    """
    positives, negatives = (is_abnormal_N > 0.5).sum(), (is_abnormal_N <= 0.5).sum()
    if positives == 0 or negatives == 0:
        return torch.tensor([1.0, 0.0])
    # Platt's targets: a few examples never justify certainty.
    target = torch.where(is_abnormal_N > 0.5, (positives + 1) / (positives + 2), 1 / (negatives + 2)).double()
    centre, spread = odds_N.double().mean(), odds_N.double().std().clamp_min(1e-3)
    standard = (odds_N.double() - centre) / spread
    values = torch.tensor([1.0, 0.0], dtype=torch.double, requires_grad=True)
    optimiser = torch.optim.LBFGS([values], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimiser.zero_grad()
        each = functional.binary_cross_entropy_with_logits(
            values[0] * standard + values[1], target, reduction="none"
        )
        loss = (each * weight_N.double()).sum() / weight_N.double().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    slope = values[0].detach().clamp_min(0.1) / spread
    return torch.stack([slope, values[1].detach() - slope * centre]).float()
