"""From branches and members to the fused score: smoothed over time, ranked, averaged, calibrated. Pure functions.

Dimensions: S = 3 branches, C clips, M members, Q quantiles, N values.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

EDGE = 1e-4
"""Probabilities are kept this far from 0 and 1, so that log-odds stay finite."""
LEAST_SLOPE = 1.0
"""Of the standardised log-odds. Where unseen videos cannot be told apart an honest score would be flat, and a flat
score has no edges to cut at."""
EXPECTED_ODDS = -1.0
"""Log-odds that an unseen video is abnormal, before it is looked at: one in four. Were it one in two, every second or
third normal video would get a false segment, since a model does worse on unseen sources than on videos left out."""
SMOOTHING_REACH = 3.0
"""The Gaussian is cut off after this many standard deviations, so that a score needs a bounded look ahead."""


def fused_scores(
    odds_SCM: Tensor,
    centre_ms_C: Tensor,
    *,
    sigma_ms: float,
    quantiles_MQ: Tensor,
    calibration: Tensor,
    members: Sequence[int] = (),
) -> Tensor:
    """[C] in (0, 1); 0.5 is the decision point.

    Args:
        odds_SCM: log-odds of each branch and member.
        centre_ms_C: middle of each clip.
        sigma_ms: width of the smoothing.
        quantiles_MQ: each member's smoothed log-odds on the training videos.
        calibration: slope and offset of the log-odds of the members' mean rank.
        members: those to ask; all where none is named.
    """
    odds = rank_log_odds(smoothed(odds_SCM.mean(0), centre_ms_C, sigma_ms=sigma_ms), quantiles_MQ, members)
    return (calibration[0] * odds + calibration[1]).sigmoid()


def rank_log_odds(smoothed_CM: Tensor, quantiles_MQ: Tensor, members: Sequence[int] = ()) -> Tensor:
    """[C] log-odds of the mean rank among the training clips.

    Ranks, since members differ in how sure they are: a mean of probabilities is the opinion of the surest.
    """
    asked = list(members) or list(range(len(quantiles_MQ)))
    return torch.logit(ranks(smoothed_CM[:, asked], quantiles_MQ[asked]).mean(1), eps=EDGE)


def ranks(values_CM: Tensor, quantiles_MQ: Tensor) -> Tensor:
    """[C, M] in [0, 1]: share of the training clips that each member scored lower, interpolated."""
    values_MC = values_CM.T.contiguous()
    last = quantiles_MQ.shape[1] - 1
    above_MC = torch.searchsorted(quantiles_MQ, values_MC).clamp(1, last)
    low_MC, high_MC = quantiles_MQ.gather(1, above_MC - 1), quantiles_MQ.gather(1, above_MC)
    share_MC = ((values_MC - low_MC) / (high_MC - low_MC).clamp_min(1e-9)).clamp(0, 1)
    return ((above_MC - 1 + share_MC) / last).T


def quantiles(values_NM: Tensor, count: int) -> Tensor:
    """[M, count] evenly spaced quantiles of each member's values, the smallest and the largest included."""
    ordered_MN = values_NM.T.sort(dim=1).values
    place = torch.linspace(0, len(values_NM) - 1, count, dtype=torch.double)
    below = place.floor().long()
    above = (below + 1).clamp_max(len(values_NM) - 1)
    share = (place - below).float()
    return ordered_MN[:, below] * (1 - share) + ordered_MN[:, above] * share


def smoothed(values_C: Tensor, centre_ms_C: Tensor, *, sigma_ms: float) -> Tensor:
    """Gaussian mean over neighbours in time, in linear time, of values [C] or [C, M].

    Clips are as good as equally long, so the kernel is laid over clips, its width taken from their median distance.
    With sigma 0 the values themselves.
    """
    if sigma_ms <= 0 or len(values_C) < 2:
        return values_C
    step_ms = float((centre_ms_C[1:] - centre_ms_C[:-1]).float().median().clamp_min(1.0))
    reach = int(SMOOTHING_REACH * sigma_ms / step_ms)
    offsets = torch.arange(-reach, reach + 1, dtype=values_C.dtype) * step_ms
    kernel = torch.exp(-0.5 * (offsets / sigma_ms) ** 2)
    rows = values_C.reshape(len(values_C), -1).T[:, None]
    sums = functional.conv1d(rows, kernel[None, None], padding=reach)[:, 0]
    weights = functional.conv1d(torch.ones_like(rows[:1]), kernel[None, None], padding=reach)[:, 0]
    return (sums / weights).T.reshape(values_C.shape)


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
    # Both kinds weigh the same, or 0.5 would follow from how many videos of each kind were imported; what to expect of
    # an unseen video is added afterwards.
    kind_N = is_abnormal_N > 0.5
    weight_N = weight_N / torch.where(kind_N, weight_N[kind_N].sum(), weight_N[~kind_N].sum())
    standard = (odds_N.double() - centre) / spread
    values = torch.tensor([1.0, 0.0], dtype=torch.double, requires_grad=True)
    optimiser = torch.optim.LBFGS([values], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimiser.zero_grad()
        each = functional.binary_cross_entropy_with_logits(values[0] * standard + values[1], target, reduction="none")
        loss = (each * weight_N.double()).sum() / weight_N.double().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    slope = values[0].detach().clamp_min(LEAST_SLOPE) / spread
    return torch.stack([slope, values[1].detach() - slope * centre + EXPECTED_ODDS]).float()
