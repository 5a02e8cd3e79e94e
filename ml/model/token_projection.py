"""From the visual tokens of a clip to the detector's narrower tokens: what is seen, and what changes.

Dimensions: N clips of all videos, C clips, T tokens, M moments of a clip, P places of a moment (T = M * P), W width of
a visual token, D width of the detector's, R rows.
Like `ml.model.projection`, fitted once and without labels, for one group of many tokens that live in one space. They
lie in order of time, then place. A place gives one token of what is seen there, the mean over the moments, and M - 1 of
how much it changes from moment to moment. Without the latter a few dozen weakly labelled videos teach the detector
their backgrounds: a camera that stands still looks the same before and during an event (`ml/LOG.md`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from ml.errors import JobInvalid, ProfileInvalid
from ml.model.backbone import TOKENS_GROUP

MOMENTS = 4
"""M, of which backbones make their tokens."""
OUTLIER = 5.0
"""Standardised values are clamped to this, so that one broken clip cannot drown the others."""
SPREAD_FLOOR = 1e-3
ENOUGH_ROWS = 16_384
"""Tokens that the directions are learnt from; more would change them little and cost memory."""


class PlaceProjection(nn.Module):
    """Values of places, centred, standardised and turned onto the directions in which they differ most."""

    def __init__(self, *, places: int, width: int, token_dim: int) -> None:
        super().__init__()
        self.centre_PW: Tensor
        self.spread_W: Tensor
        self.basis_WD: Tensor
        self.register_buffer("centre_PW", torch.zeros(places, width))
        self.register_buffer("spread_W", torch.ones(width))
        self.register_buffer("basis_WD", torch.zeros(width, token_dim))

    def fit(self, values_RPW: Tensor) -> None:
        """Learn centre of each place, spread and principal directions; the places share the last two.

        A direction is divided by the square root of its standard deviation, as in `ml.model.projection`.
        """
        self.centre_PW.copy_(values_RPW.mean(0))
        rows_RW = (values_RPW - self.centre_PW).flatten(0, 1)
        self.spread_W.copy_(rows_RW.std(0) + SPREAD_FLOOR)
        standard_RW = (rows_RW / self.spread_W).clamp(-OUTLIER, OUTLIER)
        basis = _principal_directions(standard_RW, self.basis_WD.shape[1])
        self.basis_WD.zero_()[:, : basis.shape[1]] = basis

    def forward(self, values_RPW: Tensor) -> Tensor:
        """[R, P, D]"""
        return ((values_RPW - self.centre_PW) / self.spread_W).clamp(-OUTLIER, OUTLIER) @ self.basis_WD


class SharedProjection(nn.Module):
    """Tokens [C, T, D] of a clip's visual tokens [C, T, W]: P of what is seen, then (M - 1) * P of what changes.

    Args:
        tokens: T, a multiple of M.
        width: W.
        token_dim: D.
    """

    def __init__(self, *, tokens: int, width: int, token_dim: int) -> None:
        super().__init__()
        if tokens % MOMENTS:
            raise ProfileInvalid(f"encoder.tokens {tokens} must be a multiple of {MOMENTS}, the moments of a clip")
        self.tokens, self.width, self.token_dim = tokens, width, token_dim
        sizes = {"places": tokens // MOMENTS, "width": width, "token_dim": token_dim}
        self.sight, self.change = PlaceProjection(**sizes), PlaceProjection(**sizes)

    @property
    def enough_clips(self) -> int:
        """Clips, evenly chosen from all videos, that `fit` needs to see; it thins out what is more."""
        return max(2, math.ceil(ENOUGH_ROWS / self.tokens))

    def fit(self, groups_NK: Mapping[str, Tensor]) -> None:
        """Learn from clips of the training videos what is usual and in which directions they differ; no labels.

        Raises:
            JobInvalid: fewer than two clips.
        """
        values_NTW = groups_NK[TOKENS_GROUP]
        if len(values_NTW) < 2:
            raise JobInvalid("training needs at least two clips of video; import more or longer videos")
        chosen = torch.linspace(0, len(values_NTW) - 1, min(len(values_NTW), self.enough_clips)).round().long()
        sight_NPW, change_NMPW = sight_and_change(values_NTW[chosen].float())
        self.sight.fit(sight_NPW)
        self.change.fit(change_NMPW.flatten(0, 1))

    @torch.no_grad()
    def forward(self, groups_CK: Mapping[str, Tensor]) -> Tensor:
        """[C, T, D] float32.

        Raises:
            ValueError: tokens of another number or width than it was built for.
        """
        values_CTW = groups_CK[TOKENS_GROUP]
        if values_CTW.shape[1:] != (self.tokens, self.width):
            raise ValueError(
                f"clips have {tuple(values_CTW.shape[1:])} tokens and values, not {(self.tokens, self.width)}"
            )
        sight_CPW, change_CMPW = sight_and_change(values_CTW.float())
        change_CMPD: Tensor = self.change(change_CMPW)
        return torch.cat([self.sight(sight_CPW), change_CMPD.flatten(1, 2)], 1)


def sight_and_change(values_CTW: Tensor) -> tuple[Tensor, Tensor]:
    """[C, P, W] mean over a clip's moments, and [C, M - 1, P, W] sizes of the changes from moment to moment."""
    clips, tokens, width = values_CTW.shape
    values_CMPW = values_CTW.reshape(clips, MOMENTS, tokens // MOMENTS, width)
    return values_CMPW.mean(1), (values_CMPW[:, 1:] - values_CMPW[:, :-1]).abs()


def _principal_directions(standard_RW: Tensor, wanted: int) -> Tensor:
    """[W, <= wanted] directions of largest variance, scaled; the same on every run."""
    covariance_WW = standard_RW.T @ standard_RW / len(standard_RW)
    variances, directions_WD = torch.linalg.eigh(covariance_WW)
    order = variances.argsort(descending=True)[: min(wanted, len(standard_RW) - 1)]
    variances, directions_WD = variances[order].clamp_min(1e-6), directions_WD[:, order]
    # The sign of a direction is arbitrary; fix it so that equal videos give equal tokens.
    largest = directions_WD.abs().argmax(0)
    directions_WD = directions_WD * torch.sign(directions_WD[largest, torch.arange(directions_WD.shape[1])])
    scaled: Tensor = directions_WD / variances**0.25
    return scaled
