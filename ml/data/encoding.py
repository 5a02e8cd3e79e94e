"""From a video file to its clip features, through the feature store: a frame is decoded and encoded once, ever."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch

from ml.contracts import VideoRef
from ml.data.feature_entry import ClipFeatures, StoredFeatures
from ml.data.feature_store import DEFAULT_CAP_GB, FeatureStore
from ml.errors import FeatureEntryCorrupt
from ml.model.backbones import build_backbone, uses_neighbours
from ml.profiles.sections import Profile
from ml.video.reading import ClipReader, FrameChunk

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class EncodedVideo:
    """Features in memory and what they cost."""

    features: ClipFeatures
    timing: Mapping[str, float]
    """decode and encode in seconds; both 0 when the features came from the store."""


@dataclass(frozen=True)
class OpenedVideo:
    """Features to be read by the stretch, kept from eviction while this lives, and what they cost."""

    features: StoredFeatures
    timing: Mapping[str, float]
    """decode and encode in seconds; both 0 when the features were in the store."""


class VideoEncoder:
    """Clip features of videos; the network is loaded at the first video that is not in the store."""

    def __init__(
        self,
        profile: Profile,
        store_dir: str | Path,
        device: torch.device,
        weights_dir: str = "",
        store_cap_gb: float = DEFAULT_CAP_GB,
    ) -> None:
        """Raises WeightsInvalid where the profile's weights are missing."""
        self._profile = profile
        self._backbone = build_backbone(profile, weights_dir, device)
        identity = f"{self._backbone.identity} {json.dumps(asdict(profile.sampling), sort_keys=True)}"
        shapes = self._backbone.group_shapes
        self.store = FeatureStore(store_dir, identity=identity, group_shapes=shapes, cap_gb=store_cap_gb)

    @property
    def identity(self) -> str:
        """Of the backbone: weights, preprocessing and version."""
        return self._backbone.identity

    def features(self, video: VideoRef) -> EncodedVideo:
        """All features of a video in memory; raises as `open` does."""
        opened = self.open(video)
        return EncodedVideo(opened.features.whole(), opened.timing)

    def open(self, video: VideoRef) -> OpenedVideo:
        """Features of a video from the store, computed first where it has none or a corrupt entry.

        A video of any length needs the memory of a few chunks of frames.

        Raises:
            VideoUnreadable: the file cannot be decoded, or its features are no numbers.
            StoreUnwritable: the store cannot take them.
            StoreUnreadable: the store has them, and they cannot be read at the moment.
        """
        with self.store.pinned(video.key, video.name):
            try:
                return OpenedVideo(self.store.open(video.key), {"decode": 0.0, "encode": 0.0})
            except FileNotFoundError:
                timing = self._encode(video)
            except FeatureEntryCorrupt as error:
                logger.warning("%s (of %s); it is set aside and computed again", error, video.name)
                self.store.set_aside(video.key)
                timing = self._encode(video) if not self.store.has(video.key) else {"decode": 0.0, "encode": 0.0}
            # Read back: the store keeps half precision, and a first run must equal every later one.
            return OpenedVideo(self.store.open(video.key), timing)

    def _encode(self, video: VideoRef) -> dict[str, float]:
        """Seconds that decoding and encoding took; the features lie in the store then."""
        sampling, encoder = self._profile.sampling, self._profile.encoder
        started_s = time.perf_counter()
        reader = ClipReader(
            video.path,
            fps=sampling.fps,
            frames_per_clip=sampling.frames_per_clip,
            size_px=encoder.input_px,
            snippets=sampling.snippets,
            with_neighbours=uses_neighbours(self._profile),
        )
        clock = _DecodeClock(time.perf_counter() - started_s)
        started_s = time.perf_counter()
        with self.store.writer(video.key, video.name) as entry:
            for groups in self._backbone.clip_groups(clock.counted(reader.chunks(encoder.batch_frames))):
                entry.add(groups)
            entry.finish(reader.sampling.clip_start_ms, reader.sampling.clip_end_ms)
        # Decoding runs beside encoding; what encoding waited for it is counted in both.
        return {"decode": clock.decode_s, "encode": time.perf_counter() - started_s}


@dataclass
class _DecodeClock:
    """Sums up what the decoding thread says that it took."""

    decode_s: float = field(default=0.0)

    def counted(self, chunks: Iterator[FrameChunk]) -> Iterator[FrameChunk]:
        for chunk in chunks:
            self.decode_s += chunk.decode_s
            yield chunk
