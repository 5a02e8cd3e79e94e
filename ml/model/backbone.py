"""The frozen half of a model: from the frames of clips to what the feature store keeps of them.

Nothing in it is ever trained, so everything it says is computed once for a video (`ml.data`). What a profile calls
its encoder is one of these; `ml.model.backbones` builds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from torch import Tensor

from ml.video.reading import FrameChunk

TOKENS_GROUP = "tokens"
"""The one group of a backbone that hands over ready tokens: [C, encoder.tokens, encoder.width]."""


class Backbone(Protocol):
    """Frames of clips -> groups of values of clips."""

    @property
    def identity(self) -> str:
        """Names weights, preprocessing and version: features of equal identity are interchangeable."""

    @property
    def group_shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Shape of each group's values of one clip."""

    def clip_groups(self, chunks: Iterable[FrameChunk]) -> Iterator[dict[str, Tensor]]:
        """Groups [c, *shape] in half precision on the CPU, for each chunk in order.

        Args:
            chunks: the sampled frames of one video, in order, whole clips each.
        """
