"""Checks a document against its video, and decides each segment's outcome. Pure: what it needs to know is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from vigil.annotations.errors import SegmentRefused
from vigil.annotations.models import Outcome
from vigil.annotations.schemas import DocumentIn, SegmentIn
from vigil.projects.errors import Invalid


@dataclass(frozen=True)
class Source:
    """The model's segment that a person's segment came from."""

    start_ms: int
    end_ms: int
    label: str
    explanation: str


@dataclass(frozen=True)
class DocumentRules:
    """What a document of one video may hold."""

    duration_ms: int
    labels: frozenset[str]
    sources: Mapping[int, Source] = field(default_factory=dict)
    """By id: every predicted segment of this video."""
    drafts: Mapping[int, str] = field(default_factory=dict)
    """By id: what the model wrote anew about this video, as far as the document names it."""


@dataclass(frozen=True)
class CheckedSegment:
    """A segment as it is stored."""

    key: UUID
    start_ms: int
    end_ms: int
    label: str
    explanation: str
    outcome: Outcome
    source_id: int | None
    draft_explanation: str
    draft_id: int | None = None
    dialogue: tuple[Mapping[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The segment as documents and revisions write it."""
        dialogue = [dict(turn) for turn in self.dialogue]
        return {**vars(self), "key": str(self.key), "outcome": str(self.outcome), "dialogue": dialogue}


def segments_checked(document: DocumentIn, rules: DocumentRules) -> list[CheckedSegment]:
    """The document's segments with the outcome that the server sees.

    Raises:
        SegmentRefused: the first fault; the text names the segment by number and times.
    """
    seen: set[UUID] = set()
    checked = []
    named = _("Segment %(number)s (%(start_ms)s-%(end_ms)s ms, %(label)s)")
    for number, segment in enumerate(document.segments, start=1):
        name = named % {**vars(segment), "number": number}
        if segment.key in seen:
            why = _("%(name)s has the same key as one before it; give each segment its own.")
            raise SegmentRefused(key=str(segment.key), why=why % {"name": name})
        seen.add(segment.key)
        try:
            checked.append(segment_checked(segment, rules, name))
        except Invalid as error:
            raise SegmentRefused(key=str(segment.key), why=str(error)) from error
    return checked


def segment_checked(segment: SegmentIn, rules: DocumentRules, name: str = "") -> CheckedSegment:
    """One segment with its outcome; refusals call it by `name`.

    Raises:
        Invalid: it is empty or backwards, outside the video, of an unknown label, or from another video's prediction.
    """
    name = name or _("The segment")
    if segment.end_ms <= segment.start_ms:
        raise Invalid(
            _("%(name)s ends at or before its start; move its end behind %(start_ms)s ms.")
            % {"name": name, "start_ms": segment.start_ms}
        )
    if segment.end_ms > rules.duration_ms:
        raise Invalid(
            _("%(name)s reaches beyond the video's end at %(duration_ms)s ms; move its edge back.")
            % {"name": name, "duration_ms": rules.duration_ms}
        )
    if segment.label not in rules.labels:
        raise Invalid(
            _("%(name)s has the unknown label %(label)r; choose one of the project's labels.")
            % {"name": name, "label": segment.label}
        )
    source = None
    if segment.source_id is not None:
        source = rules.sources.get(segment.source_id)
        if source is None:
            raise Invalid(
                _("%(name)s names model segment %(source)s, which is not of this video.")
                % {"name": name, "source": segment.source_id}
            )
    draft = _draft_of(segment, source, rules, name)
    return CheckedSegment(
        key=segment.key,
        start_ms=segment.start_ms,
        end_ms=segment.end_ms,
        label=segment.label,
        explanation=segment.explanation,
        outcome=outcome_of(segment, source, name, draft),
        source_id=segment.source_id,
        draft_explanation=draft,
        draft_id=segment.draft_id,
        dialogue=_dialogue_checked(segment, name),
    )


def _draft_of(segment: SegmentIn, source: Source | None, rules: DocumentRules, name: str) -> str:
    """The model's sentence that the person saw last: one that it wrote anew, else that of the model's segment."""
    if segment.draft_id is not None:
        if segment.draft_id not in rules.drafts:
            raise Invalid(
                _("%(name)s names draft %(draft)s, which is not of this video; ask for a new one.")
                % {"name": name, "draft": segment.draft_id}
            )
        return rules.drafts[segment.draft_id]
    return source.explanation if source else segment.draft_explanation


def _dialogue_checked(segment: SegmentIn, name: str) -> tuple[dict[str, str], ...]:
    """Questions, each with its answer.

    Raises:
        Invalid: they do not take turns.
    """
    roles = [turn.role for turn in segment.dialogue]
    if roles != ["user", "assistant"] * (len(roles) // 2):
        raise Invalid(
            _("%(name)s has a dialogue that is not questions, each with its answer; put them in order.")
            % {"name": name}
        )
    return tuple({"role": turn.role, "text": turn.text} for turn in segment.dialogue)


def outcome_of(segment: SegmentIn, source: Source | None, name: str, draft: str = "") -> Outcome:
    """What the person did with the model's segment; the client's word counts only for a rejection."""
    if source is None:
        if segment.draft_explanation and segment.draft_id is None:
            return segment.outcome  # from an import, or its model is gone: what was known of it stays
        if segment.outcome == Outcome.REJECTED:
            raise Invalid(
                _("%(name)s is rejected, but it is no segment of the model; delete it instead.") % {"name": name}
            )
        return Outcome.MANUAL
    if segment.outcome == Outcome.REJECTED:
        return Outcome.REJECTED
    same = (segment.start_ms, segment.end_ms, segment.label, segment.explanation)
    # Who takes the sentence that the model wrote anew, and changes nothing, accepts.
    sentence = source.explanation if segment.draft_id is None else draft
    is_same = same == (source.start_ms, source.end_ms, source.label, sentence)
    return Outcome.ACCEPTED if is_same else Outcome.CHANGED
