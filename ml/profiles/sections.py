"""The sections of a profile as frozen dataclasses, with a line of doc under each field. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass, field

from ml.errors import ProfileInvalid
from ml.profiles.bounds import complaints
from ml.profiles.language import LanguageProfile


@dataclass(frozen=True)
class SamplingProfile:
    """Which frames of a video the model sees."""

    fps: float
    """Frames a second that are encoded."""
    frames_per_clip: int
    """Frames of a clip; a clip is the unit that gets a score."""
    snippets: int = 0
    """As published: this many clips, spread evenly over the video (section 2.2); 0: every clip at `fps`."""


@dataclass(frozen=True)
class EncoderProfile:
    """The frozen frame encoder and the motion measured beside it."""

    name: str
    """efficientnet_lite0 (weights from its package), eva_blip2 (the paper's) or video_vlm (any of transformers)."""
    input_px: int
    """Frames are resized to this square before encoding (aspect ratio is not kept)."""
    batch_frames: int
    """Frames that go through the encoder at once."""
    dtype: str
    """bfloat16 (float32 where the processor has no fast bfloat16), float16 or float32."""
    weights: str = ""
    """Folder below the weights root, or hub id; empty where the weights come with a package."""
    revision: str = ""
    """Commit that a hub id is pinned to; a hub id without one is refused."""
    tokens: int = 0
    """Tokens of a clip that the encoder hands to the detector; 0 where the groups of tiny are measured instead."""
    width: int = 0
    """Values of such a token."""
    quantization: str = "none"
    """none or 4bit (needs bitsandbytes and a GPU)."""


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
    former: str = "gated"
    """gated (small Q-Formers trained in phase 1) or video_llama (the frozen video Q-Former of Video-LLaMA)."""


@dataclass(frozen=True)
class LtcProfile:
    """The long-term context."""

    mode: str
    """reference (the published code's maths) or paper (separate lists, softmax attention, one fused feature)."""
    list_length: int
    """K. In mode reference scores are compared with the K-th best, strictly, so K-1 clips enter a list."""
    gate: float
    """Mode reference: clips scored at least this are candidates of the abnormal list, the others of the normal list."""
    history: int
    """Clips of the short-term window; the current one included in mode reference, strictly past ones in mode paper."""
    hidden: int
    """Hidden width of the two LTC nets."""
    own_normal: float = 0.0
    """Weight of what the fused score loses by ordinary clips of the same video that look alike; 0 switches it off."""


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
    form: str = "vigil"
    """vigil, or published: the MIL bundle exactly as section 2.1 of the reference has it."""


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
        for complaint in complaints(self):
            raise ProfileInvalid(f"profile {self.name!r}: {complaint}")
