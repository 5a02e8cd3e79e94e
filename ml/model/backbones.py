"""Every backbone by its name in a profile, and the shapes of what it hands over."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch

from ml.errors import ProfileInvalid
from ml.model.backbone import TOKENS_GROUP, Backbone
from ml.model.eva_blip2 import build_eva_blip2
from ml.model.tiny_backbone import GROUP_SHAPES, build_tiny_backbone
from ml.model.video_vlm import build_video_vlm
from ml.profiles.sections import Profile

BUILDERS: dict[str, Callable[[Profile, str, torch.device], Backbone]] = {
    "efficientnet_lite0": build_tiny_backbone,
    "eva_blip2": build_eva_blip2,
    "video_vlm": build_video_vlm,
}
"""Builders take the profile, the root of the weights' folders and the device. They are quick: networks are loaded at
the first frame, since most videos come from the feature store."""


def build_backbone(profile: Profile, weights_dir: str, device: torch.device) -> Backbone:
    """The backbone that a profile names.

    Raises:
        WeightsInvalid: weights that are missing or not what the profile says.
    """
    if profile.encoder.name not in BUILDERS:
        raise ProfileInvalid(
            f"profile {profile.name!r}: there is no backbone {profile.encoder.name!r}; use one of {', '.join(BUILDERS)}"
        )
    return BUILDERS[profile.encoder.name](profile, weights_dir, device)


def group_shapes(profile: Profile) -> Mapping[str, tuple[int, ...]]:
    """What the backbone of a profile says of one clip, without building it."""
    if profile.encoder.name == "efficientnet_lite0":
        return GROUP_SHAPES
    return {TOKENS_GROUP: (profile.encoder.tokens, profile.encoder.width)}


def uses_neighbours(profile: Profile) -> bool:
    """Whether the backbone of a profile looks at the frame after each sampled frame; others need not decode it."""
    return profile.encoder.name == "efficientnet_lite0"
