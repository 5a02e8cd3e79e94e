"""What people said, one statement a thing said, whether it came from an annotation or from the answer to a question.

Pure: rows come in, frozen dataclasses go out. Nothing here asks the database, so prefetch what is passed in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from ml.contracts import DialogueTurn, Glance, LabelledSegment, TrainingVideo, Verdict, VideoRef
from vigil.annotations.dialogues import Pair, answered_turns, joined_dialogue
from vigil.annotations.models import Annotation, Answer, Outcome, QuestionKind, Segment
from vigil.predictions.models import PredictedSegment
from vigil.videos.intervals import temporal_iou
from vigil.videos.models import WeakLabel

SAME_EVENT_TIOU = 0.5


@dataclass(frozen=True)
class Statement:
    """One thing that one person said about one interval (or moment) of a video."""

    kind: str
    """segment | rejected | glance | verdict"""
    start_ms: int
    end_ms: int
    is_abnormal: bool = True
    label: str = ""
    explanation: str = ""
    draft: str = ""
    is_template_draft: bool = False
    """The draft is in the template's words, not the model's: nobody preferred anything to what the model would say."""
    dialogue: tuple[Pair, ...] = ()
    """Questions about it with their answers."""
    outcome: str = ""
    """accepted | changed | rejected | manual; empty for glances and verdicts"""
    user_id: int | None = None
    said_at: datetime | None = None
    source: str = ""
    """`annotation 12` or `answer 7`"""
    model: str = ""
    """The model version whose segment it is about, as `v3`; empty where a person began it."""
    model_segment_id: int | None = None
    """The model's segment that it is about."""
    has_model_edges: bool = False
    """Interval and label are still the model's: the person left them or was not asked for them."""
    is_sentence_only: bool = False
    """The person was asked for the sentence alone."""
    review: str = ""
    """A reviewer's newest verdict on it (accepted | fixed | rejected); empty without one, or where an approved segment
    was changed since."""

    @property
    def has_own_edges(self) -> bool:
        """Whether the person set interval or label, instead of leaving what the model proposed."""
        return self.outcome != Outcome.ACCEPTED and not self.has_model_edges

    @property
    def has_own_sentence(self) -> bool:
        """Whether the person wrote the sentence."""
        return self.outcome != Outcome.ACCEPTED and self.explanation not in {"", self.draft}


def statements_of_annotation(annotation: Annotation, reviews: Mapping[UUID, str] | None = None) -> list[Statement]:
    """Every segment of a submitted annotation, the rejected ones as `rejected`; `reviews` by segment key."""
    verdicts = reviews or {}
    return [
        Statement(
            kind="rejected" if segment.outcome == Outcome.REJECTED else "segment",
            start_ms=segment.start_ms,
            end_ms=segment.end_ms,
            is_abnormal=segment.outcome != Outcome.REJECTED,
            label=segment.label,
            explanation=segment.explanation.strip(),
            draft=segment.draft_explanation.strip(),
            is_template_draft=segment.draft is not None and segment.draft.confidence is None,
            dialogue=answered_turns(segment.dialogue),
            outcome=segment.outcome,
            user_id=annotation.user_id,
            said_at=annotation.updated_at,  # a save after the submit counts at once, and is as late as it is
            source=f"annotation {annotation.pk}",
            model=_model_of(segment),
            model_segment_id=segment.source_id,
            has_model_edges=_has_model_edges(segment.source, segment.start_ms, segment.end_ms, segment.label),
            review=verdicts.get(segment.key, ""),
        )
        for segment in annotation.segments.all()
    ]


def _model_of(segment: Segment) -> str:
    """The version whose words the person saw: that of the newer draft, where one was taken."""
    if segment.draft is not None:
        return segment.draft.model_version.name
    return segment.source.prediction.model_version.name if segment.source else ""


def statements_of_answer(answer: Answer) -> list[Statement]:
    """What the answer says. An `unsure` says nothing."""
    question, payload = answer.question, answer.payload
    model = question.prediction.model_version.name if question.prediction else ""
    base = Statement(
        kind="verdict",
        start_ms=question.start_ms,
        end_ms=question.end_ms,
        user_id=answer.user_id,
        said_at=answer.created_at,
        source=f"answer {answer.pk}",
        model=model,
        model_segment_id=question.segment_id,
    )
    if answer.kind == QuestionKind.VERIFY:
        verdict = payload.get("verdict")
        return [replace(base, is_abnormal=verdict == "yes")] if verdict in {"yes", "no"} else []
    if answer.kind == QuestionKind.GLANCE:
        return _glance_statements(base, payload, question.video.weak_label)
    if answer.kind == QuestionKind.BOUNDS:
        return [_bounds_statement(base, payload, answer)]
    if answer.kind == QuestionKind.EXPLAIN:
        return _explain_statements(base, payload, answer)
    return []


def _glance_statements(base: Statement, payload: dict[str, Any], weak_label: str) -> list[Statement]:
    moments = [int(at_ms) for at_ms in payload.get("moments_ms", [])]
    if moments:
        return [replace(base, kind="glance", start_ms=at_ms, end_ms=at_ms) for at_ms in moments]
    # Nothing seen at speed is no proof where the video is known to hold something.
    return [] if weak_label == WeakLabel.ABNORMAL else [replace(base, is_abnormal=False)]


def _bounds_statement(base: Statement, payload: dict[str, Any], answer: Answer) -> Statement:
    source = answer.question.segment
    edges = payload.get("segment")
    if payload.get("rejected") or not edges:
        return replace(base, kind="rejected", is_abnormal=False, outcome=Outcome.REJECTED)
    label = edges.get("label") or (source.label if source else "")
    start_ms, end_ms = int(edges["start_ms"]), int(edges["end_ms"])
    has_model_edges = _has_model_edges(source, start_ms, end_ms, label)
    explanation, draft = str(edges.get("explanation", "")).strip(), str(edges.get("draft_explanation", "")).strip()
    return replace(
        base,
        dialogue=answered_turns(edges.get("dialogue", [])),
        kind="segment",
        start_ms=start_ms,
        end_ms=end_ms,
        label=label,
        explanation=explanation,
        draft=draft,
        outcome=Outcome.ACCEPTED if has_model_edges and explanation in {"", draft} else Outcome.CHANGED,
        has_model_edges=has_model_edges,
    )


def _has_model_edges(source: PredictedSegment | None, start_ms: int, end_ms: int, label: str) -> bool:
    return source is not None and (source.start_ms, source.end_ms, source.label) == (start_ms, end_ms, label)


def _explain_statements(base: Statement, payload: dict[str, Any], answer: Answer) -> list[Statement]:
    source, sentence = answer.question.segment, str(payload.get("explanation", "")).strip()
    if source is None or not sentence:
        return []
    draft = source.explanation.strip()
    return [
        replace(
            base,
            kind="segment",
            start_ms=source.start_ms,
            end_ms=source.end_ms,
            label=source.label,
            explanation=sentence,
            draft=draft,
            outcome=Outcome.ACCEPTED if sentence == draft else Outcome.CHANGED,
            has_model_edges=True,
            is_sentence_only=True,
        )
    ]


def merged(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements with each event once: of two about the same event the later wins, as far as it says something.

    What a person only accepted never takes the place of what another one set or wrote, and an answer that was about
    the sentence leaves the edges. Two segments are the same event when they come from one segment of the model, or
    when their labels are equal and their temporal IoU reaches `SAME_EVENT_TIOU`; two segments of one source never
    are, for there a person saw both at once.
    """
    kept: list[Statement] = []
    for statement in sorted(statements, key=_order_said):
        twin = next((one for one in kept if _is_same_event(one, statement)), None)
        if twin is not None:
            kept.remove(twin)
            dialogue = joined_dialogue(twin.dialogue, statement.dialogue)
            statement = replace(_joined(twin, statement), dialogue=dialogue)
        kept.append(statement)
    return tuple(sorted(kept, key=_order_in_time))


def _joined(earlier: Statement, later: Statement) -> Statement:
    """One statement of two about the same event."""
    is_other_person = earlier.user_id != later.user_id or earlier.user_id is None
    is_later_accept = not later.has_own_edges and not later.has_own_sentence
    is_correction = (earlier.has_own_edges or earlier.has_own_sentence) and not earlier.is_sentence_only
    if is_correction and is_later_accept and (is_other_person or later.is_sentence_only):
        return earlier if earlier.explanation else _with_sentence_of(earlier, later)
    keeps_sentence = not later.explanation
    keeps_edges = later.is_sentence_only and not earlier.is_sentence_only
    if is_other_person:
        keeps_sentence = keeps_sentence or (earlier.has_own_sentence and not later.has_own_sentence)
        keeps_edges = keeps_edges or (earlier.has_own_edges and not later.has_own_edges)
    joined = _with_sentence_of(later, earlier) if keeps_sentence else later
    if not keeps_edges:
        return replace(joined, is_sentence_only=later.is_sentence_only)
    return replace(
        joined,
        start_ms=earlier.start_ms,
        end_ms=earlier.end_ms,
        label=earlier.label,
        has_model_edges=earlier.has_model_edges,
        is_sentence_only=False,
    )


def _with_sentence_of(statement: Statement, other: Statement) -> Statement:
    """With the other's sentence; who accepted edges alone has then no accepted event but a changed one."""
    is_own = other.has_own_sentence and statement.outcome == Outcome.ACCEPTED
    outcome = Outcome.CHANGED if is_own else statement.outcome
    return replace(
        statement,
        explanation=other.explanation,
        draft=other.draft,
        is_template_draft=other.is_template_draft,
        outcome=outcome,
    )


def training_video(ref: VideoRef, statements: Sequence[Statement], *, is_fully_labelled: bool = False) -> TrainingVideo:
    """One line of a snapshot."""
    return TrainingVideo(
        video=ref,
        glances=tuple(Glance(at_ms=one.start_ms) for one in _of_kind(statements, "glance")),
        verdicts=tuple(_verdict(one) for one in _of_kind(statements, "verdict")),
        segments=tuple(
            LabelledSegment(
                one.start_ms, one.end_ms, one.label, one.explanation, "" if one.is_template_draft else one.draft
            )
            for one in _of_kind(statements, "segment")
        ),
        rejected=tuple(_verdict(one) for one in _of_kind(statements, "rejected")),
        dialogue=tuple(
            DialogueTurn(one.start_ms, one.end_ms, question, answer)
            for one in _of_kind(statements, "segment")
            for question, answer in one.dialogue
        ),
        is_fully_labelled=is_fully_labelled,
    )


def _of_kind(statements: Iterable[Statement], kind: str) -> Iterator[Statement]:
    return (one for one in statements if one.kind == kind)


def _verdict(statement: Statement) -> Verdict:
    return Verdict(statement.start_ms, statement.end_ms, statement.is_abnormal)


def _is_same_event(a: Statement, b: Statement) -> bool:
    if a.kind != "segment" or b.kind != "segment" or a.source == b.source:
        return False
    if a.model_segment_id is not None and a.model_segment_id == b.model_segment_id:
        return True
    return a.label == b.label and temporal_iou(a, b) >= SAME_EVENT_TIOU


def _order_said(statement: Statement) -> tuple[float, str, int, int]:
    said_at = statement.said_at.timestamp() if statement.said_at else 0.0
    return (said_at, statement.source, statement.start_ms, statement.end_ms)


def _order_in_time(statement: Statement) -> tuple[int, int, str, str, str]:
    return (statement.start_ms, statement.end_ms, statement.kind, statement.label, statement.source)
