"""Question and answer pairs about a segment, for exports and for training: pure, and the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from annotation_templates.template import QUESTION_KINDS, AnnotationTemplate, stable_index


@dataclass(frozen=True)
class InstructionPair:
    """One question with its answer."""

    kind: str
    """judgement | description | interval | explanation; dialogue where people asked"""
    question: str
    answer: str


def seconds_text(at_ms: int) -> str:
    """A time as answers write it: 12500 gives "12.5s"."""
    return f"{at_ms / 1000:.1f}s"


def instruction_pairs(
    template: AnnotationTemplate,
    *,
    key: str,
    label: str | None,
    start_ms: int = 0,
    end_ms: int = 0,
    explanation: str = "",
    kinds: Sequence[str] = QUESTION_KINDS,
) -> tuple[InstructionPair, ...]:
    """One pair a kind about an event, or about a stretch where nothing happens (`label` None).

    `key` is the identity of the segment (say its uuid): it alone picks the phrasings, so that an export made twice
    is the same file. A person's `explanation` is used word for word. Times are relative to whatever is shown.
    """
    pairs = []
    for kind in kinds:
        question = template.question(kind, stable_index(f"{key}|question|{kind}", 1_000_003))
        answer = template.render_answer(
            kind,
            stable_index(f"{key}|answer|{kind}", 1_000_003),
            label=label,
            start=seconds_text(start_ms),
            end=seconds_text(end_ms),
            explanation=explanation,
        )
        pairs.append(InstructionPair(kind, question, answer))
    return tuple(pairs)
