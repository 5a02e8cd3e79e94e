"""From the visual tokens of a clip to the detector's narrower tokens: centred, standardised, and turned onto the
directions in which the videos differ.

Dimensions: N clips of all videos, C clips, T tokens, W width of a visual token, D width of the detector's, R rows.
Like `ml.model.projection`, but for one group of many tokens that live in one space, so one basis serves all of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from ml.errors import JobInvalid
from ml.model.backbone import TOKENS_GROUP

OUTLIER = 5.0
"""Standardised values are clamped to this, so that one broken clip cannot drown the others."""
SPREAD_FLOOR = 1e-3
ENOUGH_ROWS = 16_384
"""Tokens that the directions are learnt from; more would change them little and cost memory."""


class SharedProjection(nn.Module):
    """Tokens [C, T, D] of a clip's visual tokens [C, T, W].

    Args:
        tokens: T.
        width: W.
        token_dim: D.
    """

    def __init__(self, *, tokens: int, width: int, token_dim: int) -> None:
        super().__init__()
        self.tokens, self.token_dim = tokens, token_dim
        self.centre_TW: Tensor
        self.spread_W: Tensor
        self.basis_WD: Tensor
        self.register_buffer("centre_TW", torch.zeros(tokens, width))
        self.register_buffer("spread_W", torch.ones(width))
        self.register_buffer("basis_WD", torch.zeros(width, token_dim))

    @property
    def enough_clips(self) -> int:
        """Clips, evenly chosen from all videos, that `fit` needs to see; it thins out what is more."""
        return max(2, math.ceil(ENOUGH_ROWS / self.tokens))

    def fit(self, groups_NK: Mapping[str, Tensor]) -> None:
        """Learn centre of each place, spread and principal directions from clips of the training videos, no labels.

        A direction is divided by the square root of its standard deviation, as in `ml.model.projection`.

        Raises:
            JobInvalid: fewer than two clips.
        """
        values_NTW = groups_NK[TOKENS_GROUP]
        if len(values_NTW) < 2:
            raise JobInvalid("training needs at least two clips of video; import more or longer videos")
        chosen = torch.linspace(0, len(values_NTW) - 1, min(len(values_NTW), self.enough_clips)).round().long()
        seen_NTW = values_NTW[chosen].float()
        centre_TW = seen_NTW.mean(0)
        rows_RW = (seen_NTW - centre_TW).flatten(0, 1)
        spread_W = rows_RW.std(0) + SPREAD_FLOOR
        basis = _principal_directions((rows_RW / spread_W).clamp(-OUTLIER, OUTLIER), self.token_dim)
        self.centre_TW.copy_(centre_TW)
        self.spread_W.copy_(spread_W)
        self.basis_WD.zero_()[:, : basis.shape[1]] = basis

    @torch.no_grad()
    def forward(self, groups_CK: Mapping[str, Tensor]) -> Tensor:
        """[C, T, D] float32.

        Raises:
            ValueError: tokens of another number or width than it was built for.
        """
        values_CTW = groups_CK[TOKENS_GROUP]
        if values_CTW.shape[1:] != self.centre_TW.shape:
            raise ValueError(
                f"clips have {tuple(values_CTW.shape[1:])} tokens and values, not {tuple(self.centre_TW.shape)}"
            )
        standard_CTW = ((values_CTW.float() - self.centre_TW) / self.spread_W).clamp(-OUTLIER, OUTLIER)
        return standard_CTW @ self.basis_WD


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
