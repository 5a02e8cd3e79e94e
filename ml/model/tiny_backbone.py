"""The frozen half of profile tiny: an image network's feature maps, and the motion measured on them.

Dimensions: T frames, N = 2 T pictures (each frame and its neighbour), C clips.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor

from ml.model.encoder import FrameEncoder, encoder_dtype
from ml.model.motion import GROUP_SIZES, MotionMeter
from ml.model.threads import one_thread
from ml.profiles.sections import Profile
from ml.video.reading import FrameChunk

FEATURE_VERSION = 2
"""Raised when features are computed in another way, so that the store's old entries are not found."""
Maps = tuple[list[Tensor], Tensor]
GROUP_SHAPES: Mapping[str, tuple[int, ...]] = {name: (size,) for name, size in GROUP_SIZES.items()}


class TinyBackbone:
    """EfficientNet-Lite0 and `MotionMeter` as one backbone; the network is loaded at the first frame."""

    def __init__(self, *, input_px: int, dtype: str, frames_per_clip: int, device: torch.device) -> None:
        self._frames_per_clip, self._dtype, self._device = frames_per_clip, dtype, device
        self.identity = f"efficientnet_lite0-v{FEATURE_VERSION}-{input_px}px-{dtype}"
        self.group_shapes = GROUP_SHAPES
        self._encoder: FrameEncoder | None = None

    def clip_groups(self, chunks: Iterable[FrameChunk]) -> Iterator[dict[str, Tensor]]:
        """The groups of GROUP_SIZES, [c, K] in half precision, for each chunk in order."""
        meter = MotionMeter()
        for chunk, (early, head_TKhw) in self._mapped(chunks):
            meter.add_head(head_TKhw)
            meter.add_early(early, torch.from_numpy(chunk.is_new_T2).flatten())
            yield meter.take_clips(torch.from_numpy(chunk.is_repeat_T), self._frames_per_clip)

    def _mapped(self, chunks: Iterable[FrameChunk]) -> Iterator[tuple[FrameChunk, Maps]]:
        """Chunks with the maps of their pictures, frames and neighbours in turn; each core works on a chunk of its own.

        Cores that share one chunk wait for each other at every layer, which on a busy machine costs tenfold.
        """
        if self._encoder is None:
            self._encoder = FrameEncoder(encoder_dtype(self._dtype, self._device), self._device)
        workers = len(os.sched_getaffinity(0)) if self._device.type == "cpu" else 1
        under_way: deque[tuple[FrameChunk, Future[Maps]]] = deque()
        with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool, one_thread():
            for chunk in chunks:
                under_way.append((chunk, pool.submit(_maps, self._encoder, chunk)))
                if len(under_way) > 2 * workers:
                    ready, maps = under_way.popleft()
                    yield ready, maps.result()
            for ready, maps in under_way:
                yield ready, maps.result()


def _maps(encoder: FrameEncoder, chunk: FrameChunk) -> Maps:
    """Early maps of frames and neighbours, deep maps of the frames alone."""
    pictures_NHWC = np.stack([chunk.frames_THWC, chunk.neighbours_THWC], 1).reshape(-1, *chunk.frames_THWC.shape[1:])
    maps: Maps = encoder(pictures_NHWC, every=2)
    return maps


def build_tiny_backbone(profile: Profile, weights_dir: str, device: torch.device) -> TinyBackbone:
    """The backbone of a profile with `encoder.name` efficientnet_lite0; its weights come with a package."""
    del weights_dir
    return TinyBackbone(
        input_px=profile.encoder.input_px,
        dtype=profile.encoder.dtype,
        frames_per_clip=profile.sampling.frames_per_clip,
        device=device,
    )
