"""What an instruction dataset is made of: clips with questions and answers, and where each came from. Pure.

A record is about one event that a person explained, or about a stretch where people (or the video's own label) say
that nothing happens. Times in the answers are seconds from the start of the record's clip.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from annotation_templates.conversations import InstructionPair, instruction_pairs
from annotation_templates.template import AnnotationTemplate, stable_index
from ml.contracts import DialogueTurn, LabelledSegment, TrainingVideo, Verdict, VideoRef, VideoTruth

CONTEXT_MS = 4_000
"""Shown before and after an event, as far as no other event is there."""
QUIET_CLIP_MS = 12_000
"""Length of the stretch that is cut from a video in which nothing happens."""
SHORTEST_CLIP_MS = 1_000


@dataclass(frozen=True)
class Provenance:
    """Where a record comes from. Nothing is ever null, so that every file of an export has the same columns."""

    video_sha256: str
    video_name: str
    group: str
    label: str
    start_ms: int
    """In the whole video."""
    end_ms: int
    clip_start_ms: int
    clip_end_ms: int
    outcome: str
    """accepted | changed | manual | rejected | truth | normal"""
    user_id: str
    """Who said so; empty for truth that an import brought."""
    model: str
    """The model version whose draft the person saw, as v3; empty where a person began it."""
    draft: str
    """The model's sentence before the person's; the pair is a preference."""
    snapshot_sha256: str
    template_sha256: str


@dataclass(frozen=True)
class ClipRecord:
    """One clip and the conversation about it."""

    id: str
    split: str
    clip: str
    """Path of the clip file relative to the dataset's folder; made of hashes and numbers, never of a name."""
    turns: tuple[InstructionPair, ...]
    provenance: Provenance

    def provenance_json(self) -> dict[str, Any]:
        return asdict(self.provenance)


@dataclass(frozen=True)
class Source:
    """Who said something: a line of the manifest's `sources`."""

    outcome: str
    user_id: str
    model: str


@dataclass(frozen=True)
class Event:
    """An interval of one video that becomes a record."""

    start_ms: int
    end_ms: int
    clip_start_ms: int
    clip_end_ms: int
    label: str | None
    explanation: str
    draft: str
    source: Source
    dialogue: tuple[InstructionPair, ...] = ()
    """People's own questions about it, with their answers."""


class RecordWriter:
    """Turns one video after the other into records of one snapshot and template."""

    def __init__(self, template: AnnotationTemplate, snapshot_sha256: str) -> None:
        self.template = template
        self.snapshot_sha256 = snapshot_sha256

    def of_training_video(self, training: TrainingVideo, sources: Iterable[Mapping[str, Any]]) -> Iterator[ClipRecord]:
        """Records of what people said about a video of the train or val split."""
        who = {_place(source): _source(source) for source in sources}
        video = training.video
        for segment in training.segments:
            dialogue = _dialogue_about(segment, training.dialogue)
            if segment.explanation or dialogue:
                source = who.get(("segment", segment.start_ms, segment.end_ms), Source("manual", "", ""))
                event = _shown(segment, training.segments, video.duration_ms, source)
                yield self._record(video, replace(event, dialogue=dialogue))
        for rejected in training.rejected:
            source = who.get(("rejected", rejected.start_ms, rejected.end_ms), Source("rejected", "", ""))
            if not _touches(rejected, training.segments) and rejected.end_ms - rejected.start_ms >= SHORTEST_CLIP_MS:
                yield self._record(video, _quiet(rejected.start_ms, rejected.end_ms, source))
        says_nothing = not training.segments and not training.glances
        if says_nothing and (video.weak_label == "normal" or training.is_fully_labelled):
            yield self._record(video, _quiet_stretch(video))

    def of_truth(self, truth: VideoTruth) -> Iterator[ClipRecord]:
        """Records of a test video's truth: explained events, or one quiet stretch where there are none."""
        if not truth.is_localised:
            return
        segments = tuple(LabelledSegment(s.start_ms, s.end_ms, s.label, s.explanation) for s in truth.segments)
        for segment in segments:
            if segment.explanation:
                yield self._record(
                    truth.video, _shown(segment, segments, truth.video.duration_ms, Source("truth", "", ""))
                )
        if not segments:
            yield self._record(truth.video, _quiet_stretch(truth.video))

    def of_test_video(
        self, truth: VideoTruth, said: TrainingVideo, sources: Sequence[Mapping[str, Any]]
    ) -> Iterator[ClipRecord]:
        """Records of a test video about which people said something: what they set or wrote goes before the truth, and
        the truth before what they only accepted."""
        accepted = {_place(one) for one in sources if one.get("outcome") == "accepted"}
        true = [LabelledSegment(s.start_ms, s.end_ms, s.label, s.explanation) for s in truth.segments]
        segments: list[LabelledSegment] = []
        for segment in said.segments:
            twin = next((one for one in true if _is_same_event(one, segment)), None)
            is_accepted = ("segment", segment.start_ms, segment.end_ms) in accepted
            if twin is not None and twin.explanation and is_accepted:
                continue
            if twin is not None and not segment.explanation:
                segment = replace(segment, explanation=twin.explanation)
            segments.append(segment)
        left = [one for one in true if not any(_is_same_event(one, segment) for segment in segments)]
        as_truth = [
            {"kind": "segment", "start_ms": one.start_ms, "end_ms": one.end_ms, "outcome": "truth"} for one in left
        ]
        known = replace(
            said,
            segments=tuple(sorted([*segments, *left], key=lambda one: (one.start_ms, one.end_ms))),
            is_fully_labelled=said.is_fully_labelled or truth.is_localised,
        )
        yield from self.of_training_video(known, [*sources, *as_truth])

    def _record(self, video: VideoRef, event: Event) -> ClipRecord:
        key = f"{video.key[:16]}-{event.start_ms}-{event.end_ms}-{event.label or 'normal'}"
        turns = instruction_pairs(
            self.template,
            key=key,
            label=event.label,
            start_ms=event.start_ms - event.clip_start_ms,
            end_ms=event.end_ms - event.clip_start_ms,
            explanation=event.explanation,
            kinds=_kinds_about(event),
        )
        return ClipRecord(
            id=key,
            split=video.split,
            clip=f"clips/{video.split}/{video.key[:16]}-{event.clip_start_ms}-{event.clip_end_ms}.mp4",
            turns=(*turns, *event.dialogue),
            provenance=Provenance(
                video_sha256=video.key,
                video_name=video.name,
                group=video.group,
                label=event.label or "",
                start_ms=event.start_ms,
                end_ms=event.end_ms,
                clip_start_ms=event.clip_start_ms,
                clip_end_ms=event.clip_end_ms,
                outcome=event.source.outcome,
                user_id=event.source.user_id,
                model=event.source.model,
                draft=event.draft,
                snapshot_sha256=self.snapshot_sha256,
                template_sha256=self.template.sha256,
            ),
        )


def _kinds_about(event: Event) -> tuple[str, ...]:
    """What the template asks about it; nothing that would need a sentence where nobody wrote one."""
    if not event.label:
        return ("judgement",)
    return ("description", "interval", "explanation") if event.explanation else ("interval",)


def _dialogue_about(segment: LabelledSegment, turns: Iterable[DialogueTurn]) -> tuple[InstructionPair, ...]:
    place = (segment.start_ms, segment.end_ms)
    about = (turn for turn in turns if (turn.start_ms, turn.end_ms) == place)
    return tuple(InstructionPair("dialogue", turn.question, turn.answer) for turn in about)


def _shown(segment: LabelledSegment, others: Iterable[LabelledSegment], duration_ms: int, source: Source) -> Event:
    """An event with some context, which stops where another event begins."""
    clip_start_ms = max(0, segment.start_ms - CONTEXT_MS)
    clip_end_ms = min(duration_ms, segment.end_ms + CONTEXT_MS)
    for other in others:
        if other.end_ms <= segment.start_ms:
            clip_start_ms = max(clip_start_ms, other.end_ms)
        elif other.start_ms >= segment.end_ms:
            clip_end_ms = min(clip_end_ms, other.start_ms)
    return Event(
        segment.start_ms,
        segment.end_ms,
        clip_start_ms,
        clip_end_ms,
        segment.label,
        segment.explanation,
        segment.draft,
        source,
    )


def _quiet(start_ms: int, end_ms: int, source: Source) -> Event:
    return Event(start_ms, end_ms, start_ms, end_ms, None, "", "", source)


def _quiet_stretch(video: VideoRef) -> Event:
    """Some stretch of a video without events, the same at every export."""
    length_ms = min(QUIET_CLIP_MS, video.duration_ms)
    steps = (video.duration_ms - length_ms) // 1_000
    start_ms = stable_index(f"{video.key}|quiet", steps + 1) * 1_000
    return _quiet(start_ms, start_ms + length_ms, Source("normal", "", ""))


def _touches(verdict: Verdict, segments: Iterable[LabelledSegment]) -> bool:
    return any(s.start_ms < verdict.end_ms and verdict.start_ms < s.end_ms for s in segments)


def _is_same_event(a: LabelledSegment, b: LabelledSegment) -> bool:
    """Whether they share more than half of the shorter one; a person may have moved an edge far, or named it anew."""
    shared_ms = min(a.end_ms, b.end_ms) - max(a.start_ms, b.start_ms)
    return 2 * shared_ms > min(a.end_ms - a.start_ms, b.end_ms - b.start_ms)


def _place(source: Mapping[str, Any]) -> tuple[str, int, int]:
    return str(source["kind"]), int(source["start_ms"]), int(source["end_ms"])


def _source(source: Mapping[str, Any]) -> Source:
    user_id = source.get("user_id")
    return Source(
        str(source.get("outcome") or ""), "" if user_id is None else str(user_id), str(source.get("model") or "")
    )
