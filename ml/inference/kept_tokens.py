"""Room for what the language model may want to see of every clip of a video, however long the video is.

Dimensions: C clips, Q query tokens of a clip, D width.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import torch
from torch import Tensor

from ml.model.writing import writing

MOST_IN_MEMORY = 256 * 2**20
"""Bytes; a day of video is 110 MB with profile tiny and 2 GB with the paper's 32 tokens of 768 values a clip."""


def room_for_tokens(clips: int, queries: int, width: int, most_in_memory: int = MOST_IN_MEMORY) -> Tensor:
    """[C, Q, D] zeros in half precision.

    Beyond `most_in_memory` bytes they lie in a file that has no name any more: the system writes pages out when memory
    runs short, and the disk space is free again as soon as the tensor is.

    Raises:
        PlaceUnwritable: the folder of temporary files has no room for them.
    """
    values = clips * queries * width
    if 2 * values <= most_in_memory:
        return torch.zeros(clips, queries, width, dtype=torch.half)
    with writing(Path(tempfile.gettempdir())), tempfile.NamedTemporaryFile(prefix="vigil-tokens-") as file:
        # All of it is taken now: writing to a map of a file with holes kills the process when the disk is full.
        os.posix_fallocate(file.fileno(), 0, 2 * values)
        return torch.from_file(file.name, shared=True, size=values, dtype=torch.half).view(clips, queries, width)
