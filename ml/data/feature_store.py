"""The feature store: what the frozen encoder says of each video, computed once and kept as safetensors.

An entry is keyed by the video's sha256, the backbone and the sampling. Writing is atomic (a temporary file, then a
rename); an entry that fails its check is reported by name, set aside and recomputed, and nothing else is touched.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ml.errors import FeatureEntryCorrupt

SAFE_KEY = re.compile(r"[0-9A-Za-z_.-]{1,128}")


@dataclass(frozen=True)
class ClipFeatures:
    """Everything that training and scoring need of a video; C clips."""

    groups: dict[str, Tensor]
    """Group name to [C, *shape] float32."""
    clip_start_ms: tuple[int, ...]
    clip_end_ms: tuple[int, ...]

    def clips(self, first: int, stop: int) -> dict[str, Tensor]:
        """Groups [c, *shape] float32 of a stretch of clips."""
        return {name: values[first:stop] for name, values in self.groups.items()}


class FeatureStore:
    """Entries of one backbone and sampling below one folder."""

    def __init__(self, store_dir: str | Path, *, identity: str, group_shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Plain facts of the backbone and the sampling.

        Args:
            store_dir: holds a folder for each identity.
            identity: all that features depend on but the video; entries of another identity are not found.
            group_shapes: shape of each group's values of one clip.
        """
        self._shapes = dict(group_shapes)
        self._folder = Path(store_dir) / hashlib.sha256(identity.encode()).hexdigest()[:16]

    def path(self, video_key: str) -> Path:
        """Where the entry of a video is or would be."""
        if not SAFE_KEY.fullmatch(video_key) or video_key.startswith("."):
            raise ValueError(f"{video_key!r} is no key of a video; it must be the sha256 of the file")
        return self._folder / f"{video_key}.safetensors"

    def has(self, video_key: str) -> bool:
        """Whether there is an entry; it may still prove corrupt when it is read."""
        return self.path(video_key).exists()

    def read(self, video_key: str) -> ClipFeatures:
        """The features of a video.

        Raises:
            FileNotFoundError: no entry.
            FeatureEntryCorrupt: an entry that cannot be read or does not add up.
        """
        path = self.path(video_key)
        if not path.exists():
            raise FileNotFoundError(path)
        try:
            with safe_open(path, framework="pt") as entry:
                tensors = {name: entry.get_tensor(name) for name in entry.keys()}  # noqa: SIM118  # not a mapping
        except (SafetensorError, OSError, ValueError) as error:
            raise FeatureEntryCorrupt(f"feature entry {path.name} cannot be read ({error}); delete it") from None
        _check(tensors, path, self._shapes)
        edges = tensors.pop("clip_edges_ms")
        groups = {name: values.float() for name, values in tensors.items()}
        return ClipFeatures(groups, tuple(edges[0].tolist()), tuple(edges[1].tolist()))

    def write(self, video_key: str, features: ClipFeatures) -> None:
        """Keep the features of a video; whoever reads meanwhile sees the old entry or the new one, never half."""
        path = self.path(video_key)
        path.parent.mkdir(parents=True, exist_ok=True)
        tensors = {name: values.half().contiguous() for name, values in features.groups.items()}
        tensors["clip_edges_ms"] = torch.tensor([features.clip_start_ms, features.clip_end_ms], dtype=torch.int64)
        temporary = path.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}.tmp")
        try:
            save_file(tensors, temporary)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    def set_aside(self, video_key: str) -> None:
        """Rename a corrupt entry so that it is recomputed and can still be looked at."""
        path = self.path(video_key)
        path.replace(path.with_suffix(".corrupt"))


def _check(tensors: dict[str, Tensor], path: Path, shapes: Mapping[str, tuple[int, ...]]) -> None:
    edges = tensors.get("clip_edges_ms")
    if edges is None or edges.dim() != 2 or edges.shape[0] != 2 or edges.shape[1] < 1:
        raise FeatureEntryCorrupt(f"feature entry {path.name} has no clip times; delete it")
    for name, shape in shapes.items():
        values = tensors.get(name)
        if values is None or tuple(values.shape) != (edges.shape[1], *shape):
            raise FeatureEntryCorrupt(f"feature entry {path.name} has no sound group {name!r}; delete it")
        if not torch.isfinite(values).all():
            raise FeatureEntryCorrupt(f"feature entry {path.name} has broken numbers in {name!r}; delete it")
