"""Profiles: every number of a model and its recipes, read from `ml/profiles/<name>.yaml` into frozen dataclasses.

Unknown keys and contradictions are refused. Imports no torch.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml

from ml.errors import ProfileInvalid
from ml.profiles.language import LanguageProfile

T = TypeVar("T")
PROFILES_DIR = Path(__file__).parent


@dataclass(frozen=True)
class SamplingProfile:
    """Which frames of a video the model sees."""

    fps: float
    """Frames a second that are encoded."""
    frames_per_clip: int
    """Frames of a clip; a clip is the unit that gets a score."""


@dataclass(frozen=True)
class EncoderProfile:
    """The frozen frame encoder and the motion measured beside it."""

    name: str
    """efficientnet_lite0"""
    input_px: int
    """Frames are resized to this square before encoding (aspect ratio is not kept)."""
    batch_frames: int
    """Frames that go through the encoder at once."""
    dtype: str
    """bfloat16 (float32 where the processor has no fast bfloat16) or float32."""


@dataclass(frozen=True)
class DetectorProfile:
    """The VADor: token projection, members of the ensemble, anomaly predictor."""

    token_dim: int
    """Width of a token (768 in the paper)."""
    members: int
    """Independently initialised Q-Formers with their own anomaly predictor that see all tokens of a clip."""
    specialists: int
    """Further members for each kind of token, which see only that kind."""
    folds: int
    """Each member leaves out one of this many folds of the training videos; 0 or 1: members learn from all of them."""
    queries: int
    """Learned queries of each member (32 in the paper)."""
    layers: int
    """Layers of each member's Q-Former."""
    heads: int
    """Attention heads of each member's Q-Former."""
    predictor_hidden: int
    """Hidden width of the anomaly predictor (64 in the paper)."""
    dropout: float
    """Dropout on clip tokens while training."""


@dataclass(frozen=True)
class LtcProfile:
    """The long-term context."""

    mode: str
    """reference: the published code's maths, two of three listed clips, gate at 0.5, cosine weights."""
    list_length: int
    """K: scores are compared with the K-th best, strictly, so K-1 clips enter a list."""
    gate: float
    """Clips scored at least this are candidates of the abnormal list, the others of the normal list."""
    history: int
    """Clips of the short-term window, the current one included."""
    hidden: int
    """Hidden width of the two LTC nets."""


@dataclass(frozen=True)
class LossProfile:
    """Weights of the loss terms."""

    top_clips: int
    """The MIL bag score is the mean of this many highest clip logits (1 in the paper)."""
    margin: float
    """Weight of the margin term."""
    smooth: float
    """Weight of the smoothness term."""
    sparse: float
    """Weight of the sparsity term."""
    glance: float
    """Weight of Gaussian-splatted glances."""
    verdict: float
    """Weight of verdicts, segments and rejected segments: cross-entropy on clips."""
    normal_clips: float
    """Weight of hard negatives: the highest clips of videos known to be normal."""
    glance_sigma_ms: int
    """Standard deviation of the Gaussian around a glance."""
    glance_mining_ratio: float
    """Mining goes outward from a glance while the score stays above this fraction of the score at the glance."""
    glance_reach_ms: int
    """Mining goes no further than this from a glance."""


@dataclass(frozen=True)
class PhaseProfile:
    """One training phase of the detector."""

    epochs: int
    """Passes over the training videos."""
    batch_videos: int
    """Videos in a step."""
    max_clips: int
    """Clips of a video in a step; longer videos are thinned evenly, with another offset in each epoch."""
    learning_rate: float
    """Peak learning rate of AdamW."""
    final_learning_rate: float
    """Learning rate at the end of the cosine."""
    warmup_steps: int
    """Steps of linear warm-up."""
    weight_decay: float
    """Weight decay of matrices; biases and norms have none."""
    checkpoint_every: int
    """Epochs between two checkpoints."""


@dataclass(frozen=True)
class ScoringProfile:
    """From three branches to one calibrated score, and from scores to segments."""

    smoothing_sigma_ms: int
    """Standard deviation of the Gaussian that smooths the fused score over time; 0 switches it off."""
    threshold: float
    """A segment is where the fused score is at least this; calibration puts the decision point at 0.5."""
    hysteresis: float
    """A segment goes on outward while the score is at least this fraction of the threshold."""
    merge_gap_ms: int
    """Segments closer than this become one."""
    min_length_ms: int
    """Shorter segments are dropped."""


@dataclass(frozen=True)
class Profile:
    """Everything that a model version is made from."""

    name: str
    """Name of the profile."""
    sampling: SamplingProfile
    """Frames and clips."""
    encoder: EncoderProfile
    """Frozen features."""
    detector: DetectorProfile
    """VADor."""
    ltc: LtcProfile
    """Long-term context."""
    losses: LossProfile
    """Loss weights."""
    phase1: PhaseProfile
    """VADor from labels."""
    phase2: PhaseProfile
    """VADor and LTC."""
    scoring: ScoringProfile
    """Scores to segments."""
    language: LanguageProfile = field(default_factory=LanguageProfile)
    """LLM, adaptors, phase 3."""

    def __post_init__(self) -> None:
        checks = (
            (self.sampling.fps > 0, "sampling.fps must be above 0"),
            (self.sampling.frames_per_clip >= 2, "sampling.frames_per_clip must be at least 2, motion needs a pair"),
            (
                self.encoder.batch_frames % self.sampling.frames_per_clip == 0 and self.encoder.batch_frames > 0,
                "encoder.batch_frames must be a multiple of sampling.frames_per_clip",
            ),
            (self.detector.token_dim % self.detector.heads == 0, "detector.token_dim must be a multiple of heads"),
            (self.ltc.mode == "reference", f"ltc.mode {self.ltc.mode!r} is unknown; use reference"),
            (self.ltc.list_length >= 2, "ltc.list_length must be at least 2, one clip less enters a list"),
            (self.ltc.history >= 1, "ltc.history must be at least 1"),
            (0 < self.scoring.threshold < 1, "scoring.threshold must lie between 0 and 1"),
            (0 < self.scoring.hysteresis <= 1, "scoring.hysteresis must lie in (0, 1]"),
            (self.encoder.dtype in ("bfloat16", "float32"), "encoder.dtype must be bfloat16 or float32"),
        )
        for is_right, message in checks:
            if not is_right:
                raise ProfileInvalid(f"profile {self.name!r}: {message}")


def profile_names() -> tuple[str, ...]:
    """Names of all shipped profiles."""
    return tuple(sorted(path.stem for path in PROFILES_DIR.glob("*.yaml")))


def load_profile(name: str) -> Profile:
    """The shipped profile called `name`.

    Raises:
        ProfileInvalid: unknown name, or a file with an unknown key, a missing key or a contradiction.
    """
    if name not in profile_names():
        raise ProfileInvalid(f"there is no profile {name!r}; there are: {', '.join(profile_names())}")
    values = yaml.safe_load((PROFILES_DIR / f"{name}.yaml").read_text("utf-8"))
    return profile_from_mapping({"name": name, **(values or {})})


def profile_from_mapping(values: Mapping[str, Any]) -> Profile:
    """A profile from plain values, as read from YAML or from an artefact's `profile.json`."""
    return _build(Profile, values, f"profile {values.get('name', '?')!r}")


def profile_to_mapping(profile: Profile) -> dict[str, Any]:
    """Plain values of a profile; `profile_from_mapping` reads them back."""
    return dataclasses.asdict(profile)


def _build(kind: type[T], values: Any, where: str) -> T:
    if not isinstance(values, Mapping):
        raise ProfileInvalid(f"{where}: expected keys and values, found {type(values).__name__}")
    hints = typing.get_type_hints(kind)
    unknown = sorted(set(map(str, values)) - set(hints))
    if unknown:
        raise ProfileInvalid(f"{where} has an unknown key {unknown[0]!r}; it may have: {', '.join(sorted(hints))}")
    built: dict[str, Any] = {}
    for name, value in values.items():
        hint = hints[name]
        if dataclasses.is_dataclass(hint):
            built[name] = _build(typing.cast(type[Any], hint), value, f"{where}, {name}")
        elif hint is float and isinstance(value, int) and not isinstance(value, bool):
            built[name] = float(value)
        elif type(value) is not hint:
            raise ProfileInvalid(f"{where}: {name} must be {hint.__name__}, not {value!r}")
        else:
            built[name] = value
    try:
        return kind(**built)
    except (TypeError, ValueError) as error:
        raise ProfileInvalid(f"{where}: {error}") from None
