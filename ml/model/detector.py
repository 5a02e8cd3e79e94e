"""The whole detector: tokens, VADor, long-term context, class head and calibration.

Dimensions: B videos, C clips, T clip tokens, D width, M members, Q queries, E event classes, W class features.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ml.model.backbones import group_shapes
from ml.model.branches import BranchOutputs
from ml.model.ltc_paper import PaperLtc
from ml.model.ltc_reference import ReferenceLtc
from ml.model.ltc_state import LtcState
from ml.model.projection import TokenProjection
from ml.model.stored_tokens import StoredTokens
from ml.model.token_projection import SharedProjection
from ml.model.vador import Vador, gated_vador, single_vador
from ml.model.video_llama_former import build_video_llama_former
from ml.profiles.sections import LtcProfile, Profile

QUANTILES = 257
Projection = TokenProjection | SharedProjection | StoredTokens
OLD_NAMES = {"ltc_long.": "ltc.long.", "ltc_short.": "ltc.short."}
"""Where tensors of artefacts from before there were two modes have gone."""


class Detector(nn.Module):
    """Everything of a model version but its language."""

    def __init__(
        self,
        *,
        projection: Projection,
        vador: Vador,
        ltc: ReferenceLtc | PaperLtc,
        tokens: int,
        classes: int,
        has_mean_classes: bool,
        own_normal: float = 0.0,
    ) -> None:
        """Args:
        projection: makes clip tokens of what the feature store holds.
        vador: scores clips without context.
        ltc: the long-term context.
        tokens: of a clip.
        classes: event classes.
        has_mean_classes: the class head sees the mean of a clip's tokens; otherwise it sees them side by side.
        own_normal: weight of the comparison with a video's own ordinary clips (`ml.inference.own_normal`).
        """
        super().__init__()
        self.projection = projection
        self.vador = vador
        self.ltc = ltc
        self.clip_values = tokens * projection.token_dim
        """Values of a clip's tokens."""
        self.has_mean_classes = has_mean_classes
        self.own_normal = own_normal
        self.class_head = nn.Linear(projection.token_dim if has_mean_classes else self.clip_values, classes)
        self.calibration: Tensor
        self.register_buffer("calibration", torch.tensor([1.0, 0.0]))
        """Slope and offset of the fused log-odds; see `ml.inference.fusion`."""
        self.quantiles_MQ: Tensor
        self.register_buffer("quantiles_MQ", torch.linspace(-5, 5, QUANTILES).repeat(self.members, 1))
        """Of each member: how its smoothed log-odds are spread over the training videos."""
        self.register_load_state_dict_pre_hook(_rename_old)  # type: ignore[no-untyped-call]

    @property
    def members(self) -> int:
        """Members of the ensemble, specialists included."""
        return len(self.vador.formers)

    @property
    def device(self) -> torch.device:
        """Where its weights are."""
        return self.calibration.device

    def stream(self, tokens_CTD: Tensor, state: LtcState | None) -> tuple[BranchOutputs, LtcState]:
        """All branches of the next stretch of a video, and the state for the one after; None before the first."""
        return self.ltc.stream(self.vador, tokens_CTD, state)

    def full_length(self, tokens_BCTD: Tensor, is_clip_BC: Tensor) -> BranchOutputs:
        """All branches of whole videos at once, of their real clips in order; quadratic in C, for training."""
        return self.ltc.full_length(self.vador, tokens_BCTD, is_clip_BC)

    def class_features(self, tokens_CTD: Tensor) -> Tensor:
        """[C, W] what the class head sees of clips."""
        return tokens_CTD.mean(1) if self.has_mean_classes else tokens_CTD.flatten(1)

    def class_logits(self, tokens_CTD: Tensor) -> Tensor:
        """[C, E]"""
        logits: Tensor = self.class_head(self.class_features(tokens_CTD))
        return logits


def build_detector(profile: Profile, *, classes: int, weights_dir: str = "") -> Detector:
    """A detector with the profile's sizes; what is trained starts from torch's random state.

    Args:
        profile: which projection, formers and mode of the LTC, and their sizes.
        classes: event classes.
        weights_dir: root of the pretrained weights' folders; only a frozen former needs it.

    Raises:
        WeightsInvalid: weights of a frozen former that are missing or broken.
    """
    # The order decides which random numbers each part gets: a run of an old version is repeated exactly.
    projection = build_projection(profile)
    vador = build_vador(profile, weights_dir)
    ltc = build_ltc(profile.ltc, dim=profile.detector.token_dim)
    return Detector(
        projection=projection,
        vador=vador,
        ltc=ltc,
        tokens=clip_tokens(profile),
        classes=classes,
        # Few tokens of different kinds stay apart; hundreds of one kind are averaged.
        has_mean_classes=profile.encoder.tokens > 0,
        own_normal=profile.ltc.own_normal,
    )


def clip_tokens(profile: Profile) -> int:
    """Tokens of a clip: those of the encoder, or one for each group of values."""
    return profile.encoder.tokens or len(group_shapes(profile))


def build_projection(profile: Profile) -> Projection:
    """From what the feature store holds of a clip to clip tokens [C, T, D]."""
    sizes, encoder = profile.detector, profile.encoder
    if sizes.former == "video_llama":
        return StoredTokens(tokens=encoder.tokens, token_dim=sizes.token_dim)
    if encoder.tokens:
        return SharedProjection(tokens=encoder.tokens, width=encoder.width, token_dim=sizes.token_dim)
    return TokenProjection(sizes.token_dim)


def build_vador(profile: Profile, weights_dir: str) -> Vador:
    """The ensemble of small formers that phase 1 trains, or the one frozen former of the paper."""
    sizes = profile.detector
    if sizes.former == "video_llama":
        former = build_video_llama_former(profile, weights_dir)
        return single_vador(former, dim=sizes.token_dim, hidden=sizes.predictor_hidden)
    return gated_vador(
        dim=sizes.token_dim,
        tokens=clip_tokens(profile),
        members=sizes.members,
        specialists=sizes.specialists,
        queries=sizes.queries,
        layers=sizes.layers,
        heads=sizes.heads,
        hidden=sizes.predictor_hidden,
        dropout=sizes.dropout,
    )


def build_ltc(profile: LtcProfile, *, dim: int) -> ReferenceLtc | PaperLtc:
    """The long-term context in the profile's mode, for tokens of width `dim`."""
    if profile.mode == "paper":
        return PaperLtc(dim=dim, hidden=profile.hidden, list_length=profile.list_length, history=profile.history)
    return ReferenceLtc(
        dim=dim, hidden=profile.hidden, list_length=profile.list_length, gate=profile.gate, history=profile.history
    )


def _rename_old(module: nn.Module, state_dict: dict[str, Any], prefix: str, *args: object) -> None:
    del module, args
    for name in list(state_dict):
        for old, new in OLD_NAMES.items():
            if name.startswith(prefix + old):
                state_dict[prefix + new + name.removeprefix(prefix + old)] = state_dict.pop(name)
