"""Where a clip lies among all moments the detector knows: a short vector for "more like this moment".

Dimensions: C clips, Q query tokens, D width, N values of a clip's query tokens, K values that are kept.

The detector's own representation, what its Q-Formers saw of the clip, is brought to `WIDTH` values by a fixed random
projection (Johnson and Lindenstrauss 1984: angles stay nearly as they were), so that every profile fills one column
of the database. Moments of one model version can be compared, those of two versions cannot.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from ml.contracts import ClipEmbeddings

WIDTH = 64
SEED = 20_240_105


def clip_embeddings(tokens_CQD: Tensor) -> Tensor:
    """[C, K] of unit length in half precision, on the CPU; narrower tokens are filled up with zeros.

    Each query token counts the same, whatever its length.
    """
    values_CN = functional.normalize(tokens_CQD.float(), dim=2).flatten(1).cpu()
    missing = WIDTH - values_CN.shape[1]
    kept_CK = functional.pad(values_CN, (0, missing)) if missing >= 0 else values_CN @ projection(values_CN.shape[1])
    return functional.normalize(kept_CK, dim=1).half()


@lru_cache(maxsize=2)
def projection(values: int) -> Tensor:
    """[N, K] of the same random numbers on every machine."""
    generator = torch.Generator().manual_seed(SEED)
    drawn = torch.randn(values, WIDTH, generator=generator)
    return drawn / drawn.new_tensor(WIDTH).sqrt()


def packed(embeddings_CK: Tensor) -> ClipEmbeddings:
    """The embeddings as they cross the border to the platform."""
    rows = embeddings_CK.numpy().astype("<f2")
    return ClipEmbeddings(width=rows.shape[1], values=rows.tobytes())
