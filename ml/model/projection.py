"""From the groups of a clip to its tokens: standardised, then turned onto the directions in which the videos differ.

Dimensions: N clips of all videos, C clips, T tokens (one a group), K values of a group, D width of a token.
It stands where the paper has its frozen image Q-Former: fitted once, without labels, at the start of phase 1.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ml.errors import JobInvalid
from ml.model.motion import GROUP_SIZES

OUTLIER = 5.0
"""Standardised values are clamped to this, so that one broken clip cannot drown the others."""
SPREAD_FLOOR = 1e-3


class TokenProjection(nn.Module):
    """Tokens [C, T, D] of a clip's groups."""

    def __init__(self, token_dim: int) -> None:
        super().__init__()
        self.token_dim = token_dim
        for name, size in GROUP_SIZES.items():
            self.register_buffer(f"{name}_centre", torch.zeros(size))
            self.register_buffer(f"{name}_spread", torch.ones(size))
            self.register_buffer(f"{name}_basis", torch.zeros(size, token_dim))

    def fit(self, groups_NK: dict[str, Tensor]) -> None:
        """Learn centre, spread and principal directions of each group from the clips of the training videos.

        A direction is divided by the square root of its standard deviation: half way between keeping its size and
        whitening, which served weakly labelled data best (`ml/LOG.md`).
        """
        for name, values in groups_NK.items():
            if len(values) < 2:
                raise JobInvalid("training needs at least two clips of video; import more or longer videos")
            centre, spread = values.mean(0), values.std(0) + SPREAD_FLOOR
            standard = ((values - centre) / spread).clamp(-OUTLIER, OUTLIER)
            basis = _principal_directions(standard, self.token_dim)
            self.get_buffer(f"{name}_centre").copy_(centre)
            self.get_buffer(f"{name}_spread").copy_(spread)
            self.get_buffer(f"{name}_basis").zero_()[:, : basis.shape[1]] = basis

    @torch.no_grad()
    def forward(self, groups_CK: dict[str, Tensor]) -> Tensor:
        """[C, T, D] in the order of GROUP_SIZES."""
        tokens = []
        for name in GROUP_SIZES:
            centre, spread = self.get_buffer(f"{name}_centre"), self.get_buffer(f"{name}_spread")
            standard = ((groups_CK[name] - centre) / spread).clamp(-OUTLIER, OUTLIER)
            tokens.append(standard @ self.get_buffer(f"{name}_basis"))
        return torch.stack(tokens, 1)


def _principal_directions(standard_NK: Tensor, wanted: int) -> Tensor:
    """[K, <= wanted] directions of largest variance, scaled; the same on every run."""
    covariance = standard_NK.double().T @ standard_NK.double() / len(standard_NK)
    variances, directions = torch.linalg.eigh(covariance)
    order = variances.argsort(descending=True)[: min(wanted, len(standard_NK) - 1)]
    variances, directions = variances[order].clamp_min(1e-6), directions[:, order]
    # The sign of a direction is arbitrary; fix it so that equal videos give equal tokens.
    largest = directions.abs().argmax(0)
    directions = directions * torch.sign(directions[largest, torch.arange(directions.shape[1])])
    scaled: Tensor = (directions / variances**0.25).float()
    return scaled
