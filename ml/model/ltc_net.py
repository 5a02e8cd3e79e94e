"""W of the paper: the small net that says what a retrieved token adds.

Dimensions: D width of a token.
"""

from __future__ import annotations

from torch import Tensor, nn


class LtcNet(nn.Module):
    """Linear, LayerNorm, Linear on each token; 99,264 numbers at 768 and 64 (section 1.1).

    The last layer starts at zero, so that phase 2 begins exactly at the phase 1 model.
    """

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        last = nn.Linear(hidden, dim)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.layers = nn.Sequential(nn.Linear(dim, hidden), nn.LayerNorm(hidden), last)

    def forward(self, retrieved: Tensor) -> Tensor:
        """[..., D] -> [..., D]"""
        made: Tensor = self.layers(retrieved)
        return made
