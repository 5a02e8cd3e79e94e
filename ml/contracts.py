"""The frozen dataclasses that cross the border between the platform and the model.

The platform imports this module and nothing else of `ml`, so it imports no torch. Every time is an integer
number of milliseconds of presentation time; every interval is half open, `[start_ms, end_ms)`.
`to_json` / `from_json` turn any of these into plain JSON values and back.
"""

from __future__ import annotations

import base64
import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


# ---------------------------------------------------------------- what people know about a video


@dataclass(frozen=True)
class Glance:
    """A moment at which a person saw something abnormal (reaction time already taken off)."""

    at_ms: int


@dataclass(frozen=True)
class Verdict:
    """A person's yes or no about a few seconds of video."""

    start_ms: int
    end_ms: int
    is_abnormal: bool


@dataclass(frozen=True)
class LabelledSegment:
    """An event with edges that a person accepted, moved or drew."""

    start_ms: int
    end_ms: int
    label: str
    explanation: str = ""
    """The person's sentence; empty when nobody wrote or accepted one."""
    draft: str = ""
    """The model's sentence that the person saw; empty when there was none."""


@dataclass(frozen=True)
class DialogueTurn:
    """One question and its answer about an interval."""

    start_ms: int
    end_ms: int
    question: str
    answer: str


@dataclass(frozen=True)
class VideoRef:
    """A video file and what is known of it without looking inside."""

    key: str
    """Stable identity: the sha256 of the file. The feature store is keyed by it."""
    name: str
    """The name people use, for messages and for `evaluate --truth`."""
    path: str
    """A readable local file."""
    duration_ms: int
    weak_label: str = "unknown"
    """normal | abnormal | unknown"""
    classes: tuple[str, ...] = ()
    split: str = "train"
    """train | val | test"""
    group: str = ""
    """Camera or source; a group is never divided over splits."""


@dataclass(frozen=True)
class TrainingVideo:
    """A video with every answer that people gave about it: one line of a snapshot."""

    video: VideoRef
    glances: tuple[Glance, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    segments: tuple[LabelledSegment, ...] = ()
    rejected: tuple[Verdict, ...] = ()
    """Model segments that a person rejected, as negative verdicts."""
    dialogue: tuple[DialogueTurn, ...] = ()
    is_fully_labelled: bool = False
    """True when a person watched all of it: everything outside `segments` is then normal."""


# ---------------------------------------------------------------- training


@dataclass(frozen=True)
class TrainingJob:
    """Everything that one training run needs. Equal jobs give equal models (same machine, same seed)."""

    videos: tuple[TrainingVideo, ...]
    profile: str
    """Name of a file in `ml/profiles`."""
    phases: tuple[int, ...]
    """Any of (1, 2, 3), ascending. Phases left out are taken from `parent_dir`."""
    out_dir: str
    """The artefact folder to write: safetensors, resolved profile, tokenizer, model card."""
    work_dir: str
    """Checkpoints of this run; a second call with the same folder resumes."""
    store_dir: str
    """The feature store, shared between runs."""
    template: str
    """Name of a folder in `annotation_templates`."""
    parent_dir: str = ""
    """Artefact of the parent model version, or empty to start from scratch."""
    seed: int = 0
    weights_dir: str = ""
    """Root of the folders that profiles with pretrained weights name; empty where the profile needs none."""
    store_cap_gb: float = 50.0
    """Size that the feature store is kept below; what was used longest ago goes first."""


@dataclass(frozen=True)
class Progress:
    """One line of a run's progress."""

    phase: str
    """features | phase1 | phase2 | phase3 | prelabel | evaluate"""
    step: int
    total_steps: int
    loss: float | None = None
    lr: float | None = None
    eta_s: float | None = None
    """Seconds left of the whole run, as well as it can be told now."""


ProgressCallback = Callable[[Progress], None]
ShouldStop = Callable[[], bool]


@dataclass(frozen=True)
class TrainingOutcome:
    """What a finished run made."""

    artefact_dir: str
    artefact_sha256: str
    profile: str
    metrics: Mapping[str, float]
    """Last losses by phase and the like; the gate's figures come from `EvaluationResult`."""
    counts: Mapping[str, int]
    """How many targets of each kind the run really used: weak_labels, glances, verdicts, segments, explanations, ..."""


# ---------------------------------------------------------------- predictions


@dataclass(frozen=True)
class ScoreTrack:
    """Anomaly scores in [0, 1], one a clip, in order of time. All tuples have the same length."""

    clip_start_ms: tuple[int, ...]
    clip_end_ms: tuple[int, ...]
    raw: tuple[float, ...]
    """The VADor alone."""
    long: tuple[float, ...]
    """With long-term context (normal and abnormal lists)."""
    short: tuple[float, ...]
    """With short-term context (history)."""
    fused: tuple[float, ...]
    """What segments are cut from."""


@dataclass(frozen=True)
class Judgement:
    """The language model's own answer, parsed: detection without a threshold."""

    is_abnormal: bool
    text: str
    start_ms: int | None = None
    end_ms: int | None = None
    confidence: float | None = None


@dataclass(frozen=True)
class PredictedSegment:
    """An event as the model sees it."""

    start_ms: int
    end_ms: int
    label: str
    confidence: float
    explanation: str
    judgement: Judgement | None = None


@dataclass(frozen=True)
class DraftedText:
    """A sentence or an answer that a person asked the model for."""

    text: str
    confidence: float | None
    """Geometric mean of its tokens' probabilities; None where the annotation template had to speak for the model."""


@dataclass(frozen=True)
class ClipEmbeddings:
    """Where each clip of a video lies among all moments; those of one model version can be compared."""

    width: int
    values: bytes = field(repr=False)
    """One row a clip, in order of time: `width` little-endian half-precision numbers of unit length."""


@dataclass(frozen=True)
class VideoPrediction:
    """One video through one model version. Stored once, never changed."""

    video_key: str
    scores: ScoreTrack
    segments: tuple[PredictedSegment, ...]
    judgement: Judgement | None = None
    """The language model's answer about the whole video."""
    timing: Mapping[str, float] = field(default_factory=dict)
    """Seconds by stage (decode, encode, score, explain, total) and `realtime_factor`."""
    embeddings: ClipEmbeddings | None = None
    """For "more like this moment"; None where nobody made them."""


# ---------------------------------------------------------------- evaluation


@dataclass(frozen=True)
class TruthSegment:
    start_ms: int
    end_ms: int
    label: str = ""
    explanation: str = ""


@dataclass(frozen=True)
class VideoTruth:
    """Ground truth of one video. No segments means normal throughout."""

    video: VideoRef
    segments: tuple[TruthSegment, ...] = ()
    is_localised: bool = True
    """False when only the weak label is known: such a video counts for `video_auc` alone."""


@dataclass(frozen=True)
class ReliabilityBin:
    """The frames whose score lies in `[low, high)`; the last bin includes 1."""

    low: float
    high: float
    frames: int
    mean_score: float
    abnormal_share: float
    """What the mean score should be, were the scores probabilities."""


@dataclass(frozen=True)
class CalibrationFigures:
    """How far the frame scores can be read as probabilities."""

    ece: float
    """Expected calibration error: |mean score - abnormal share| of a bin, averaged over all frames; 0 is perfect."""
    brier: float
    """Mean squared distance of a frame's score from its truth, 0 or 1."""
    bins: tuple[ReliabilityBin, ...]
    """The reliability table; bins without a frame are left out."""


@dataclass(frozen=True)
class OperatingPoint:
    """What a user of the detector meets at one threshold."""

    threshold: float
    precision: float | None
    """Share of the frames at or above the threshold that are abnormal; None where there is no such frame."""
    recall: float | None
    f1: float | None
    accuracy: float
    false_alarms_per_hour: float | None
    """Predicted events that touch no true event, an hour of video; None where nobody knows how long a frame is."""
    best_threshold: float | None
    best_f1: float | None
    """The highest F1 of frames at any threshold, chosen on the truth itself: a bound, not a result to report."""


@dataclass(frozen=True)
class TextFigures:
    """What the language model wrote, against the truth and against people's words."""

    judgements: int
    """Abnormal localised videos with a judgement: those that `interval_iou` is the mean over."""
    interval_iou: float | None
    """Temporal IoU of the intervals in the judgement's text and the true events; 0 for "no" and for no interval."""
    sentences: int
    """Pairs of a predicted and a true event (tIoU at least 0.3) that both have a sentence."""
    chrf: float | None
    """chrF of the sentences against people's, 0 to 100."""
    bleu: float | None
    """BLEU-4 of the same, 0 to 100."""
    similarity: float | None
    """Mean cosine of sentence embeddings of the same; None without the embedding model."""
    own_words: float | None = None
    """Share of the judgements whose text is the model's own: where that was unreadable, the template spoke for it."""


@dataclass(frozen=True)
class EvaluationResult:
    """The figures of design section 5. None where the truth cannot give the figure."""

    videos: int
    auc_o: float | None
    auc_a: float | None
    video_auc: float | None
    ap: float | None
    event_f1: Mapping[str, float | None]
    """Keys "0.3", "0.5", "0.7": F1 of events at that temporal IoU."""
    boundary_error_s: float | None
    judgement_accuracy: float | None
    calibration: CalibrationFigures | None = None
    """None where a score lies outside [0, 1]: it is then no probability."""
    operating_point: OperatingPoint | None = None
    text: TextFigures | None = None
    """None where no video has a judgement and no pair of events has sentences."""


# ---------------------------------------------------------------- JSON


def to_json(value: Any) -> Any:
    """Plain JSON values (dict, list, str, int, float, bool, None) of any contract object; bytes become base64."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): to_json(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(v) for v in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def from_json(kind: type[T], value: Any) -> T:
    """A contract object of class `kind` from plain JSON values.

    Raises:
        ValueError: an unknown or a missing key, named.
    """
    return typing.cast(T, _build(kind, value))


def _build(kind: Any, value: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _build(next(a for a in typing.get_args(kind) if a is not type(None)), value)
    if origin is tuple:
        return tuple(_build(typing.get_args(kind)[0], item) for item in value)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind)
        unknown = sorted(set(value) - set(hints))
        if unknown:
            raise ValueError(f"{kind.__name__} has no field {unknown[0]!r}")
        try:
            return kind(**{name: _build(hints[name], item) for name, item in value.items()})
        except TypeError as error:
            raise ValueError(f"{kind.__name__}: {error}") from None
    if kind is float and isinstance(value, int):
        return float(value)
    if kind is bytes and isinstance(value, str):
        return base64.b64decode(value)
    return value
