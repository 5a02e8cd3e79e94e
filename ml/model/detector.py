"""The whole detector: tokens, VADor, LTC with its three branches, class head and calibration.

Dimensions: C clips, T clip tokens, D width, M members, Q queries, L = 2 logits, E event classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ml.model.ltc import LtcContext, LtcNet
from ml.model.motion import GROUP_SIZES
from ml.model.projection import TokenProjection
from ml.model.vador import Vador, VadorOutput, gated_vador
from ml.profiles.sections import Profile

TOKENS = len(GROUP_SIZES)
QUANTILES = 257


@dataclass(frozen=True)
class BranchOutputs:
    """The three parallel branches of section 1.3, point 7."""

    raw: VadorOutput
    long: VadorOutput
    short: VadorOutput

    @property
    def all(self) -> tuple[VadorOutput, VadorOutput, VadorOutput]:
        """Raw, long and short."""
        return self.raw, self.long, self.short

    @property
    def tokens_CQD(self) -> Tensor:
        """h: what the raw branch's Q-Formers saw, members side by side."""
        return self.raw.tokens_CMQD.flatten(1, 2)

    @property
    def prompt_CQD(self) -> Tensor:
        """The anomaly prompt h + h_L + h_S (section 1.3, point 9)."""
        summed = self.raw.tokens_CMQD + self.long.tokens_CMQD + self.short.tokens_CMQD
        return summed.flatten(1, 2)


class Detector(nn.Module):
    """Everything of a model version but its language."""

    def __init__(self, *, projection: TokenProjection, vador: Vador, long: LtcNet, short: LtcNet, classes: int) -> None:
        super().__init__()
        self.projection = projection
        self.vador = vador
        self.ltc_long, self.ltc_short = long, short
        width = TOKENS * projection.token_dim
        self.class_head = nn.Linear(width, classes)
        self.calibration: Tensor
        self.register_buffer("calibration", torch.tensor([1.0, 0.0]))
        """Slope and offset of the fused log-odds; see `ml.inference.fusion`."""
        self.quantiles_MQ: Tensor
        self.register_buffer("quantiles_MQ", torch.linspace(-5, 5, QUANTILES).repeat(self.members, 1))
        """Of each member: how its smoothed log-odds are spread over the training videos."""

    @property
    def members(self) -> int:
        """Members of the ensemble, specialists included."""
        return len(self.vador.formers)

    @property
    def width(self) -> int:
        """Values of a clip's flattened tokens."""
        return self.class_head.in_features

    def branches(self, tokens_CTD: Tensor, context: LtcContext, raw: VadorOutput | None = None) -> BranchOutputs:
        """All three branches of clips whose context ([C, T * D]) is known; `raw` where it is known already."""
        return BranchOutputs(
            raw or self.vador(tokens_CTD),
            self.vador(tokens_CTD + self.ltc_long(context.long.view_as(tokens_CTD))),
            self.vador(tokens_CTD + self.ltc_short(context.short.view_as(tokens_CTD))),
        )

    def class_logits(self, tokens_CTD: Tensor) -> Tensor:
        """[C, E]"""
        logits: Tensor = self.class_head(tokens_CTD.flatten(1))
        return logits


def build_detector(profile: Profile, *, classes: int) -> Detector:
    """A detector with the profile's sizes; its weights come from torch's random state."""
    sizes = profile.detector
    return Detector(
        projection=TokenProjection(sizes.token_dim),
        vador=gated_vador(
            dim=sizes.token_dim,
            tokens=TOKENS,
            members=sizes.members,
            specialists=sizes.specialists,
            queries=sizes.queries,
            layers=sizes.layers,
            heads=sizes.heads,
            hidden=sizes.predictor_hidden,
            dropout=sizes.dropout,
        ),
        long=LtcNet(sizes.token_dim, profile.ltc.hidden),
        short=LtcNet(sizes.token_dim, profile.ltc.hidden),
        classes=classes,
    )
