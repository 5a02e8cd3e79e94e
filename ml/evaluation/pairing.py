"""Scores of any form beside truth of any form, as the protocol that was asked for lays them over each other."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ml.errors import ScoresInvalid, TruthInvalid
from ml.evaluation.expansion import (
    Rule,
    marks,
    postpress,
    repeat_expansion,
    runs,
    spans_by_rule,
    timed_expansion,
    uniform_expansion,
)
from ml.evaluation.figures import THRESHOLD
from ml.evaluation.judged import Event, JudgedVideo
from ml.evaluation.labelled import MS_PER_S, LabelledVideo
from ml.evaluation.names import scores_by_video
from ml.evaluation.score_files import GivenScores

Kind = Literal["auto", "uniform", "time", "repeat"]
_KINDS: tuple[Kind, ...] = ("auto", "uniform", "time")
GRID_FPS = 10.0
"""Places a second where the truth is in seconds and nobody says otherwise: the grid of `manage.py evaluate`."""
MAX_PLACES = 100_000_000
"""More than three weeks at 50 frames a second is a mistake, and more than fits into memory."""
FRAMES_OFF = 16
"""A video may have this many frames, or 1 %, more or fewer than the truth says: decoders count differently."""


@dataclass(frozen=True)
class Expansion:
    """How a video's scores are laid over its places."""

    kind: Kind = "auto"
    """`auto`: by the clips' times where the scores have them, or else uniform."""
    repeat: int = 0
    """Frames a score, for kind `repeat`."""

    def resolved(self, given: GivenScores) -> Expansion:
        """What `auto` means for these scores."""
        if self.kind != "auto":
            return self
        return Expansion("uniform" if given.prediction is None else "time")

    def __str__(self) -> str:
        return f"{self.kind}{self.repeat or ''}"

    @classmethod
    def parse(cls, text: str) -> Expansion:
        """`auto`, `uniform`, `time`, or `repeat16` with any number.

        Raises:
            ValueError: none of these.
        """
        repeated = re.fullmatch(r"repeat([1-9]\d{0,5})", text)
        if repeated:
            return cls("repeat", int(repeated[1]))
        for kind in _KINDS:
            if text == kind:
                return cls(kind)
        raise ValueError(f"expand must be auto, uniform, time or repeatN (such as repeat16), not {text!r}")


@dataclass(frozen=True)
class Choices:
    """What a protocol has to settle."""

    rule: Rule = "correct"
    expansion: Expansion = Expansion()
    postpress: bool = False
    clip_frames: int | None = None
    """Frames that a score stands for: checked against the frames of the video, or where nobody knows them, theirs."""
    fps: float | None = None
    threshold: float = THRESHOLD
    skip_missing: bool = False
    track: tuple[str, ...] = ("fused",)
    """Which curves of predictions the scores are; told with the figures."""


@dataclass(frozen=True)
class Paired:
    """Videos with their scores, and what fell out."""

    videos: tuple[JudgedVideo, ...]
    missing: tuple[str, ...]
    """Labelled videos without scores, left out."""
    unused: int
    """Scored videos without a label."""
    clipped: int
    """Spans that end behind the last frame and are cut there."""
    expansions: tuple[str, ...]
    """How scores were laid over frames: one way, unless a file mixes predictions with bare scores."""
    is_predicted: bool
    """Whether scores come with predictions."""


def paired(
    labelled: Sequence[LabelledVideo], given: Mapping[str, GivenScores], choices: Choices, source: str
) -> Paired:
    """Every labelled video beside its scores in `given`, which were read from `source`.

    Raises:
        ScoresInvalid: a video has no scores (unless `choices.skip_missing`), or scores that do not fit it; named.
        TruthInvalid: a name fits two videos, or a span starts behind the end of its video.
    """
    names = scores_by_video([video.name for video in labelled], given, source=source)
    missing = tuple(video.name for video in labelled if video.name not in names)
    if missing and (len(missing) == len(labelled) or not choices.skip_missing):
        count = f"{len(missing)} of {len(labelled)} videos have no scores in {source}"
        cure = "" if len(missing) == len(labelled) else "; --skip-missing leaves them out and counts them"
        raise ScoresInvalid(f"{count}, the first is {missing[0]}{cure}")
    kept = [video for video in labelled if video.name in names]
    return Paired(
        videos=tuple(judged_video(video, given[names[video.name]], choices) for video in kept),
        missing=missing,
        unused=len(given) - len(names),
        clipped=sum(event.end > video.length for video in kept if video.length is not None for event in video.events),
        expansions=tuple(sorted({str(choices.expansion.resolved(given[names[video.name]])) for video in kept})),
        is_predicted=any(given[names[video.name]].prediction is not None for video in kept),
    )


def judged_video(label: LabelledVideo, given: GivenScores, choices: Choices) -> JudgedVideo:
    """One video with its scores laid over the places of its truth.

    Raises:
        ScoresInvalid: the scores do not fit the video, or nobody knows how long it is; it is named.
        TruthInvalid: a span starts behind the end of the video; both are named.
    """
    layout = _layout(label, given, choices)
    _check_starts(label, layout, given)
    if layout.places > MAX_PLACES:
        raise ScoresInvalid(
            f"{label.name}: {layout.places:,} frames are too many to be meant; {MAX_PLACES:,} are the most"
        )
    try:
        scores_F = _expanded(layout, given, choices)
    except ValueError as error:
        raise ScoresInvalid(f"{label.name}: {error}") from None
    if choices.postpress:
        scores_F = postpress(scores_F)
    spans = spans_by_rule([event.interval for event in label.events], choices.rule, is_normal=label.is_normal is True)
    texts = {event.interval: event.text for event in label.events}
    return JudgedVideo(
        name=label.name,
        top_score=float(given.scores_N.max()),
        is_abnormal=bool(label.events) if label.is_normal is None else not label.is_normal,
        scores_F=scores_F,
        truth_F=marks(spans, layout.places, layout.step)[: len(scores_F)],
        found=_found(layout, given, scores_F, choices.threshold),
        real=tuple(Event(start, min(end, layout.length), texts[start, end]) for start, end in spans),
        duration=layout.length,
        ticks_per_s=layout.ticks_per_s,
        judgement=given.prediction.judgement if given.prediction else None,
    )


@dataclass(frozen=True)
class _Layout:
    """The time base of one video."""

    length: int
    """In ticks."""
    step: float
    """Ticks from one place to the next."""
    ticks_per_s: float | None

    @property
    def places(self) -> int:
        return max(math.ceil(self.length / self.step), 1)


def _layout(label: LabelledVideo, given: GivenScores, choices: Choices) -> _Layout:
    if label.is_in_ms:
        return _layout_in_ms(label, given, choices)
    by_clips = choices.clip_frames or choices.expansion.repeat
    length = label.length or given.frame_count or (by_clips * len(given.scores_N) if by_clips else None)
    if length is None:
        raise ScoresInvalid(f"{label.name}: nobody tells how many frames it has; give --lengths or --clip-frames")
    if given.frame_count and abs(given.frame_count - length) > max(FRAMES_OFF, length / 100):
        raise ScoresInvalid(
            f"{label.name}: the truth has {length} frames and the scores are of {given.frame_count}; "
            "is it another version of the video?"
        )
    if choices.clip_frames and not _fits(len(given.scores_N), length, choices.clip_frames):
        raise ScoresInvalid(
            f"{label.name}: {len(given.scores_N)} scores of {choices.clip_frames} frames do not fit {length} frames"
        )
    duration_ms = _duration_ms(given)
    return _Layout(length, 1.0, choices.fps or (length * MS_PER_S / duration_ms if duration_ms else None))


def _layout_in_ms(label: LabelledVideo, given: GivenScores, choices: Choices) -> _Layout:
    length_ms = label.length or _duration_ms(given)
    if length_ms is None:
        raise ScoresInvalid(f"{label.name}: nobody tells how long it is; give it a duration in the truth")
    step = MS_PER_S / (choices.fps or GRID_FPS)
    if choices.clip_frames and not _fits(len(given.scores_N), round(length_ms / step), choices.clip_frames):
        frames = f"{length_ms / step:.0f} frames of {step:g} ms"
        raise ScoresInvalid(f"{label.name}: {len(given.scores_N)} scores of {choices.clip_frames} do not fit {frames}")
    return _Layout(length_ms, step, MS_PER_S)


def _check_starts(label: LabelledVideo, layout: _Layout, given: GivenScores) -> None:
    """Nothing where all spans start within the video.

    Where only the scores tell how long it is, a last clip that was not whole may be missing from them.
    """
    end = layout.length if label.length else layout.length * (1 + 1 / len(given.scores_N))
    for event in label.events:
        if event.start >= end:
            unit = "ms" if label.is_in_ms else "frames"
            raise TruthInvalid(
                f"{label.name}: the span {event.start} {event.end} starts behind its {layout.length} {unit}; "
                "is it of another version of the video?"
            )


def _fits(scores: int, frames: int, clip_frames: int) -> bool:
    return frames // clip_frames <= scores <= math.ceil(frames / clip_frames)


def _duration_ms(given: GivenScores) -> int | None:
    if given.duration_ms is not None or given.prediction is None:
        return given.duration_ms
    return given.prediction.scores.clip_end_ms[-1]


def _expanded(layout: _Layout, given: GivenScores, choices: Choices) -> NDArray[np.float64]:
    expansion = choices.expansion.resolved(given)
    if expansion.kind == "uniform":
        return uniform_expansion(given.scores_N, layout.places)
    if expansion.kind == "repeat":
        return repeat_expansion(given.scores_N, layout.places, expansion.repeat)
    if given.prediction is None or layout.ticks_per_s is None:
        raise ValueError("its scores have no times; expand them uniform or repeatN")
    starts_N = np.asarray(given.prediction.scores.clip_start_ms, dtype=np.float64)
    return timed_expansion(given.scores_N, starts_N, layout.places, layout.step * MS_PER_S / layout.ticks_per_s)


def _found(layout: _Layout, given: GivenScores, scores_F: NDArray[np.float64], threshold: float) -> tuple[Event, ...]:
    """The segments that the detector cut, or else the stretches of scores at or above the threshold."""
    if given.prediction is None or not given.has_segments or layout.ticks_per_s is None:
        step = layout.step
        return tuple(
            Event(round(first * step), min(round(last * step), layout.length))
            for first, last in runs(scores_F >= threshold)
        )
    per_ms = layout.ticks_per_s / MS_PER_S
    return tuple(
        Event(round(one.start_ms * per_ms), round(one.end_ms * per_ms), one.explanation)
        for one in given.prediction.segments
    )
