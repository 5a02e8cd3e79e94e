"""From a video file to its clip features, through the feature store: a frame is decoded and encoded once, ever."""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ml.contracts import VideoRef
from ml.data.feature_store import ClipFeatures, FeatureStore
from ml.errors import FeatureEntryCorrupt
from ml.model.encoder import FrameEncoder, encoder_dtype
from ml.model.motion import GROUP_SIZES, MotionMeter
from ml.model.threads import one_thread
from ml.profiles.sections import Profile
from ml.video.reading import ClipReader, FrameChunk

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class EncodedVideo:
    """Features and what they cost."""

    features: ClipFeatures
    timing: Mapping[str, float]
    """decode and encode in seconds; both 0 when the features came from the store."""


class VideoEncoder:
    """Clip features of videos; the network is loaded at the first video that is not in the store."""

    def __init__(self, profile: Profile, store: FeatureStore, device: torch.device) -> None:
        self._profile, self._store, self._device = profile, store, device
        self._encoder: FrameEncoder | None = None

    def features(self, video: VideoRef) -> EncodedVideo:
        """Features of a video, from the store where it has them.

        Raises:
            VideoUnreadable: the file cannot be decoded.
        """
        if self._store.has(video.key):
            try:
                return EncodedVideo(self._store.read(video.key), {"decode": 0.0, "encode": 0.0})
            except FeatureEntryCorrupt as error:
                logger.warning("%s (of %s); it is set aside and computed again", error, video.name)
                self._store.set_aside(video.key)
        encoded = self._encode(video)
        self._store.write(video.key, encoded.features)
        # Read back: the store keeps half precision, and a first run must equal every later one.
        return EncodedVideo(self._store.read(video.key), encoded.timing)

    def _encode(self, video: VideoRef) -> EncodedVideo:
        if self._encoder is None:
            self._encoder = FrameEncoder(encoder_dtype(self._profile.encoder.dtype, self._device), self._device)
        sampling = self._profile.sampling
        started_s = time.perf_counter()
        reader = ClipReader(
            video.path,
            fps=sampling.fps,
            frames_per_clip=sampling.frames_per_clip,
            size_px=self._profile.encoder.input_px,
        )
        opened_s = time.perf_counter() - started_s
        index = reader.sampling.frame_index
        is_repeat = torch.from_numpy(np.diff(index, prepend=-1) == 0)
        # The first frame has no frame before it, so it says nothing about motion either.
        is_repeat[0] = True
        meter, decode_s, done = MotionMeter(), opened_s, 0
        parts: list[dict[str, Tensor]] = []
        started_s = time.perf_counter()
        for chunk, maps in self._mapped(self._encoder, reader):
            meter.add_maps(maps)
            meter.add_frames(chunk.frames_THWC, chunk.neighbours_THWC, chunk.gap_s)
            decode_s += chunk.decode_s
            upto = done + len(chunk.frames_THWC)
            parts.append(meter.take_clips(is_repeat[done:upto], sampling.frames_per_clip))
            done = upto
        # Decoding runs beside encoding; what encoding waited for it is counted in both.
        encode_s = time.perf_counter() - started_s
        groups = {name: torch.cat([part[name] for part in parts]) for name in GROUP_SIZES}
        features = ClipFeatures(groups, reader.sampling.clip_start_ms, reader.sampling.clip_end_ms)
        return EncodedVideo(features, {"decode": decode_s, "encode": encode_s})

    def _mapped(self, encoder: FrameEncoder, reader: ClipReader) -> Iterator[tuple[FrameChunk, list[Tensor]]]:
        """Chunks with their feature maps, in order; each core works on a chunk of its own.

        Cores that share one chunk wait for each other at every layer, which on a busy machine costs tenfold.
        """
        workers = len(os.sched_getaffinity(0)) if self._device.type == "cpu" else 1
        under_way: deque[tuple[FrameChunk, Future[list[Tensor]]]] = deque()
        with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool, one_thread():
            for chunk in reader.chunks(self._profile.encoder.batch_frames):
                under_way.append((chunk, pool.submit(encoder, chunk.frames_THWC)))
                if len(under_way) > workers:
                    ready, maps = under_way.popleft()
                    yield ready, maps.result()
            for ready, maps in under_way:
                yield ready, maps.result()
