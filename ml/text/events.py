"""The events of a training video as phase 3 believes them: people's first, the detector's where people said nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ml.contracts import ScoreTrack, TrainingVideo
from ml.profiles.language import LanguageProfile

GENERIC_LABEL = "Abnormal"
"""The class of an event of which nothing but its being abnormal is known."""
_PEAK_SHARE = 0.75


class Cut(Protocol):
    """A segment that the detector cut (`ml.model.scored_video.CutSegment`, without its torch)."""

    @property
    def start_ms(self) -> int: ...
    @property
    def end_ms(self) -> int: ...
    @property
    def label(self) -> str: ...
    @property
    def confidence(self) -> float: ...


@dataclass(frozen=True)
class Event:
    """Something abnormal, with edges."""

    start_ms: int
    end_ms: int
    label: str
    sentence: str = ""
    """A person's words; empty when there are none."""
    is_by_people: bool = True
    """False when it is the detector's guess."""


def overlaps(start_ms: int, end_ms: int, spans: Iterable[tuple[int, int]]) -> bool:
    """Whether an interval shares any time with one of `spans`."""
    return any(start_ms < end and begin < end_ms for begin, end in spans)


def events_of(
    known: TrainingVideo, scores: ScoreTrack, cuts: Sequence[Cut], profile: LanguageProfile
) -> tuple[Event, ...]:
    """All events of a video in order of time: accepted and drawn segments, confirmed moments, pseudo events."""
    by_people = [Event(s.start_ms, s.end_ms, s.label or GENERIC_LABEL, s.explanation.strip()) for s in known.segments]
    by_people = [event for event in by_people if event.end_ms > event.start_ms]
    spans = [(event.start_ms, event.end_ms) for event in by_people]
    label = _weak_label(known)
    for verdict in known.verdicts:
        is_new = not overlaps(verdict.start_ms, verdict.end_ms, spans)
        if verdict.is_abnormal and verdict.end_ms > verdict.start_ms and is_new:
            by_people.append(Event(verdict.start_ms, verdict.end_ms, label))
            spans.append((verdict.start_ms, verdict.end_ms))
    pseudo: list[Event] = []
    if known.video.weak_label != "normal" and not known.is_fully_labelled:
        refused = [(v.start_ms, v.end_ms) for v in (*known.rejected, *known.verdicts)]
        pseudo = _pseudo_events(known, scores, cuts, profile, has_events=bool(by_people))
        pseudo = [event for event in pseudo if not overlaps(event.start_ms, event.end_ms, [*spans, *refused])]
    return tuple(sorted([*by_people, *pseudo], key=lambda event: (event.start_ms, event.end_ms)))


def _pseudo_events(
    known: TrainingVideo, scores: ScoreTrack, cuts: Sequence[Cut], profile: LanguageProfile, *, has_events: bool
) -> list[Event]:
    is_abnormal = known.video.weak_label == "abnormal"
    merged: list[Event] = []
    for cut in sorted(cuts, key=lambda cut: cut.start_ms):
        if not is_abnormal and cut.confidence < profile.pseudo_min_score:
            continue
        label = _pseudo_label(known, cut.label)
        last = merged[-1] if merged else None
        if last and last.label == label and cut.start_ms - last.end_ms <= profile.pseudo_merge_gap_ms:
            merged[-1] = Event(last.start_ms, max(last.end_ms, cut.end_ms), label, is_by_people=False)
        else:
            merged.append(Event(cut.start_ms, cut.end_ms, label, is_by_people=False))
    merged = [event for event in merged if event.end_ms - event.start_ms >= profile.pseudo_min_ms]
    if not merged and is_abnormal and not has_events and scores.fused:
        # The video is known to hold an event and nothing was cut: the highest stretch is the best guess there is.
        merged = [_peak(scores, _weak_label(known))]
    return merged


def _peak(scores: ScoreTrack, label: str) -> Event:
    """The stretch around the highest fused score that stays above three quarters of it."""
    top = max(range(len(scores.fused)), key=lambda i: scores.fused[i])
    floor = scores.fused[top] * _PEAK_SHARE
    first = last = top
    while first > 0 and scores.fused[first - 1] >= floor:
        first -= 1
    while last + 1 < len(scores.fused) and scores.fused[last + 1] >= floor:
        last += 1
    return Event(scores.clip_start_ms[first], scores.clip_end_ms[last], label, is_by_people=False)


def _weak_label(known: TrainingVideo) -> str:
    return known.video.classes[0] if known.video.classes else GENERIC_LABEL


def _pseudo_label(known: TrainingVideo, guessed: str) -> str:
    """The detector's class, unless the video's weak classes contradict it."""
    if known.video.classes and guessed not in known.video.classes:
        return known.video.classes[0]
    return guessed or GENERIC_LABEL
