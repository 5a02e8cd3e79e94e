"""Room for what the language model may want to see of every clip of a video, however long the video is.

Dimensions: C clips, Q query tokens of a clip, D width.
"""

from __future__ import annotations

import tempfile

import torch
from torch import Tensor

MOST_IN_MEMORY = 256 * 2**20
"""Bytes; a day of video is 110 MB with profile tiny and 2 GB with the paper's 32 tokens of 768 values a clip."""


def room_for_tokens(clips: int, queries: int, width: int, most_in_memory: int = MOST_IN_MEMORY) -> Tensor:
    """[C, Q, D] zeros in half precision.

    Beyond `most_in_memory` bytes they lie in a file that has no name any more: the system writes pages out when memory
    runs short, and the disk space is free again as soon as the tensor is.
    """
    values = clips * queries * width
    if 2 * values <= most_in_memory:
        return torch.zeros(clips, queries, width, dtype=torch.half)
    with tempfile.NamedTemporaryFile(prefix="vigil-tokens-") as file:
        file.truncate(2 * values)
        return torch.from_file(file.name, shared=True, size=values, dtype=torch.half).view(clips, queries, width)
