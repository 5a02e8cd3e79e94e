"""Clip tokens as the feature store has them, for backbones whose output is what the detector was made for.

Dimensions: C clips, T tokens, D width. It stands where other profiles have a fitted projection.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from ml.model.backbone import TOKENS_GROUP


class StoredTokens(nn.Module):
    """Hands over the one group of a backbone unchanged; nothing in it is fitted or trained."""

    def __init__(self, *, tokens: int, token_dim: int) -> None:
        super().__init__()
        self.tokens, self.token_dim = tokens, token_dim

    def fit(self, groups_NK: Mapping[str, Tensor]) -> None:
        """Nothing: the image Q-Former was trained for this by others."""

    def forward(self, groups_CK: Mapping[str, Tensor]) -> Tensor:
        """[C, T, D] in float32.

        Raises:
            ValueError: tokens of another shape than the detector was built for.
        """
        tokens_CTD = groups_CK[TOKENS_GROUP]
        if tuple(tokens_CTD.shape[1:]) != (self.tokens, self.token_dim):
            raise ValueError(f"clip tokens must be [C, {self.tokens}, {self.token_dim}], not {tuple(tokens_CTD.shape)}")
        return tokens_CTD.float()
