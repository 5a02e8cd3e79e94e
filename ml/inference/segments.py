"""Segments cut from a score track by the profile's rule. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from ml.contracts import ScoreTrack
from ml.model.scored_video import CutSegment
from ml.profiles.sections import ScoringProfile


@dataclass(frozen=True)
class ClipRun:
    """Clips `first` to `last`, both included."""

    first: int
    last: int


def cut_segments(
    track: ScoreTrack, rule: ScoringProfile, class_probability_CE: Tensor, classes: tuple[str, ...]
) -> tuple[CutSegment, ...]:
    """Segments in order of time, named after their likeliest class.

    A segment is a run of clips above the threshold, grown outward while the score stays above
    `hysteresis * threshold`; its edges are where the score crosses that level between clip centres.
    """
    level = rule.threshold * rule.hysteresis
    spans = [(run, *_edges_ms(track, run, level)) for run in runs_above(track.fused, rule.threshold, level)]
    merged: list[tuple[ClipRun, int, int]] = []
    for run, start_ms, end_ms in spans:
        if merged and start_ms - merged[-1][2] < rule.merge_gap_ms:
            before, before_start_ms, _ = merged.pop()
            run, start_ms = ClipRun(before.first, run.last), before_start_ms  # grown to the left
        merged.append((run, start_ms, end_ms))
    return tuple(
        CutSegment(start_ms, end_ms, _label(class_probability_CE, track.fused, run, classes), _confidence(track, run))
        for run, start_ms, end_ms in merged
        if end_ms - start_ms >= rule.min_length_ms
    )


def runs_above(scores: Sequence[float], threshold: float, level: float) -> list[ClipRun]:
    """Runs of clips of at least `level` that reach `threshold` somewhere."""
    runs: list[ClipRun] = []
    first: int | None = None
    for clip, score in enumerate([*scores, -1.0]):
        if score >= level and first is None:
            first = clip
        elif score < level and first is not None:
            if max(scores[first:clip]) >= threshold:
                runs.append(ClipRun(first, clip - 1))
            first = None
    return runs


def _edges_ms(track: ScoreTrack, run: ClipRun, level: float) -> tuple[int, int]:
    start_ms, end_ms = track.clip_start_ms[run.first], track.clip_end_ms[run.last]
    if run.first > 0:
        start_ms = _crossing_ms(track, run.first - 1, run.first, level)
    if run.last + 1 < len(track.fused):
        end_ms = _crossing_ms(track, run.last, run.last + 1, level)
    return start_ms, end_ms


def _crossing_ms(track: ScoreTrack, left: int, right: int, level: float) -> int:
    """Where the line between two clip centres crosses `level`."""
    left_ms = (track.clip_start_ms[left] + track.clip_end_ms[left]) / 2
    right_ms = (track.clip_start_ms[right] + track.clip_end_ms[right]) / 2
    rise = track.fused[right] - track.fused[left]
    share = (level - track.fused[left]) / rise if rise else 0.5
    return round(left_ms + min(max(share, 0.0), 1.0) * (right_ms - left_ms))


def _label(class_probability_CE: Tensor, scores: Sequence[float], run: ClipRun, classes: tuple[str, ...]) -> str:
    weights = class_probability_CE.new_tensor(scores[run.first : run.last + 1])
    votes = (class_probability_CE[run.first : run.last + 1] * weights[:, None]).sum(0)
    return classes[int(votes.argmax())]


def _confidence(track: ScoreTrack, run: ClipRun) -> float:
    scores = track.fused[run.first : run.last + 1]
    return round(sum(scores) / len(scores), 6)
