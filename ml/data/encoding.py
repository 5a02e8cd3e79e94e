"""From a video file to its clip features, through the feature store: a frame is decoded and encoded once, ever."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch

from ml.contracts import VideoRef
from ml.data.feature_store import ClipFeatures, FeatureStore
from ml.errors import FeatureEntryCorrupt
from ml.model.backbones import build_backbone
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

    def __init__(self, profile: Profile, store_dir: str | Path, device: torch.device, weights_dir: str = "") -> None:
        """Raises WeightsInvalid where the profile's weights are missing."""
        self._profile = profile
        self._backbone = build_backbone(profile, weights_dir, device)
        identity = f"{self._backbone.identity}-{profile.sampling.fps}fps-{profile.sampling.frames_per_clip}frames"
        self.store = FeatureStore(store_dir, identity=identity, group_shapes=self._backbone.group_shapes)

    def features(self, video: VideoRef) -> EncodedVideo:
        """Features of a video, from the store where it has them.

        Raises:
            VideoUnreadable: the file cannot be decoded.
        """
        if self.store.has(video.key):
            try:
                return EncodedVideo(self.store.read(video.key), {"decode": 0.0, "encode": 0.0})
            except FeatureEntryCorrupt as error:
                logger.warning("%s (of %s); it is set aside and computed again", error, video.name)
                self.store.set_aside(video.key)
        encoded = self._encode(video)
        self.store.write(video.key, encoded.features)
        # Read back: the store keeps half precision, and a first run must equal every later one.
        return EncodedVideo(self.store.read(video.key), encoded.timing)

    def _encode(self, video: VideoRef) -> EncodedVideo:
        sampling, encoder = self._profile.sampling, self._profile.encoder
        started_s = time.perf_counter()
        reader = ClipReader(
            video.path, fps=sampling.fps, frames_per_clip=sampling.frames_per_clip, size_px=encoder.input_px
        )
        clock = _DecodeClock(time.perf_counter() - started_s)
        started_s = time.perf_counter()
        parts = list(self._backbone.clip_groups(clock.counted(reader.chunks(encoder.batch_frames))))
        # Decoding runs beside encoding; what encoding waited for it is counted in both.
        encode_s = time.perf_counter() - started_s
        groups = {name: torch.cat([part[name] for part in parts]) for name in self._backbone.group_shapes}
        features = ClipFeatures(groups, reader.sampling.clip_start_ms, reader.sampling.clip_end_ms)
        return EncodedVideo(features, {"decode": clock.decode_s, "encode": encode_s})


@dataclass
class _DecodeClock:
    """Sums up what the decoding thread says that it took."""

    decode_s: float = field(default=0.0)

    def counted(self, chunks: Iterator[FrameChunk]) -> Iterator[FrameChunk]:
        for chunk in chunks:
            self.decode_s += chunk.decode_s
            yield chunk
