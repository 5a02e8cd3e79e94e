"""Opens, saves, submits and imports annotations. Every write names the revision it builds on."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Case, F, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from ml.contracts import LabelledSegment, TruthSegment
from vigil.accounts.models import User
from vigil.annotations.documents import CheckedSegment, segments_checked
from vigil.annotations.errors import RevisionConflict
from vigil.annotations.models import Annotation, AnnotationState, Outcome, Revision, Segment
from vigil.annotations.questions import annotated_questions_close, leases_renew
from vigil.annotations.schemas import DocumentIn, SegmentIn
from vigil.annotations.selectors import annotation_for, document_rules, workbench_document, writers_of
from vigil.predictions.selectors import prediction_of
from vigil.projects.errors import Conflict, Invalid
from vigil.videos.models import Video

WRITTEN = (
    *("start_ms", "end_ms", "label", "explanation", "outcome", "source"),
    *("draft_explanation", "draft", "dialogue"),
)
"""What a save may change of a segment."""
STORED = tuple({"source": "source_id", "draft": "draft_id"}.get(name, name) for name in WRITTEN)
"""The same, as columns."""


def annotation_open(*, user: User, video: Video) -> Annotation:
    """The person's annotation of the video, made empty at the first call."""
    annotation = Annotation.objects.filter(video=video, user=user, is_frozen_truth=False).first()
    if annotation is None:
        began_from = prediction_of(video=video)
        annotation, _new = Annotation.objects.get_or_create(
            video=video, user=user, is_frozen_truth=False, defaults={"prediction": began_from}
        )
    return annotation


def annotation_save(*, user: User, annotation_id: int, revision: int, document: DocumentIn) -> Annotation:
    """The annotation after the save, one revision on. The person's leases on the video's questions are renewed.

    Saving the same document twice (the first answer got lost) is one save.

    Raises:
        Invalid: a segment is outside the video, unknown or doubled; the text names it.
        RevisionConflict: somebody saved meanwhile; their document comes along.
    """
    annotation = annotation_for(user=user, annotation_id=annotation_id)
    draft_ids = {segment.draft_id for segment in document.segments if segment.draft_id is not None}
    rules = document_rules(
        video=annotation.video,
        labels={segment.label for segment in document.segments},
        draft_ids=draft_ids,
        draft_readers=writers_of(annotation=annotation, user=user) if draft_ids else (),
    )
    segments = segments_checked(document, rules)
    content = {
        "segments": [segment.as_json() for segment in sorted(segments, key=_place)],
        "is_fully_watched": document.is_fully_watched,
        "spent_ms": document.spent_ms,
    }
    with transaction.atomic():
        is_mine = _advance(annotation, revision, document)
        if is_mine:
            document_write(annotation=annotation, segments=segments, content=content, saved_by=user)
    if not is_mine and not _is_repeat(annotation, revision, content, user):
        raise _conflict(annotation)
    leases_renew(user=user, video=annotation.video)
    annotation.refresh_from_db()
    return annotation


def annotation_submit(
    *, user: User, annotation_id: int, revision: int, question_id: int | None = None, spent_ms: int | None = None
) -> Annotation:
    """The submitted annotation; the questions that it answers are closed. `spent_ms`: time on `question_id`, without
    idle time.

    Raises:
        RevisionConflict: what the person looks at is not the newest revision.
        Conflict: the question was taken or answered by somebody else meanwhile; the saved work stays a draft. Or it is
            somebody else's draft: its author alone hands it in.
    """
    annotation = annotation_for(user=user, annotation_id=annotation_id)
    if annotation.user_id != user.pk and annotation.state != AnnotationState.SUBMITTED:
        raise Conflict(_("Its author has not submitted this annotation yet; review it once it is handed in."))
    with transaction.atomic():
        now = timezone.now()
        newest = Annotation.objects.filter(pk=annotation.pk, revision=revision)
        first = Coalesce("first_submitted_revision", revision)
        submitted = {"state": AnnotationState.SUBMITTED, "submitted_at": now, "first_submitted_revision": first}
        if newest.update(**submitted, updated_at=now) != 1:
            raise _conflict(annotation)
        annotation.refresh_from_db()
        annotated_questions_close(user=user, annotation=annotation, question_id=question_id, spent_ms=spent_ms)
    return annotation


@transaction.atomic
def frozen_truth_set(*, video: Video, segments: Iterable[TruthSegment]) -> Annotation:
    """The video's frozen truth, which is measured against and never trained on. No segments: normal throughout.

    Raises:
        Invalid: a segment is not inside the video; nothing is changed.
    """
    truths = [LabelledSegment(one.start_ms, one.end_ms, one.label or "Abnormal", one.explanation) for one in segments]
    annotation, _new = Annotation.objects.select_for_update().get_or_create(video=video, is_frozen_truth=True)
    known = {segment.key: segment for segment in _imported(video, truths)}
    _import(annotation, known, is_fully_watched=True, saved_by=None, keeps_others=False)
    return annotation


@transaction.atomic
def segments_import(
    *,
    video: Video,
    user: User,
    segments: Iterable[LabelledSegment],
    is_fully_watched: bool = False,
    replaced: Collection[uuid.UUID] = (),
) -> Annotation:
    """The person's annotation with these segments added to what is there, submitted. Twice is once.

    The segments with the keys `replaced` go; each earlier revision still has them.

    Raises:
        Invalid: a segment is not inside the video; nothing is changed.
    """
    annotation, _new = Annotation.objects.select_for_update().get_or_create(
        video=video, user=user, is_frozen_truth=False
    )
    known = {segment.key: segment for segment in _imported(video, segments)}
    _import(
        annotation,
        known,
        is_fully_watched=is_fully_watched or annotation.is_fully_watched,
        saved_by=user,
        keeps_others=True,
        replaced=replaced,
    )
    return annotation


def imported_key(video: Video, segment: LabelledSegment) -> uuid.UUID:
    """The key under which an import stores the segment: the same one whenever the same is imported."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{video.sha256}:{segment.start_ms}:{segment.end_ms}:{segment.label}")


def _imported(video: Video, segments: Iterable[LabelledSegment]) -> list[CheckedSegment]:
    """Segments under keys that the same import makes again. Labels need not be of the template."""
    checked = []
    for number, segment in enumerate(segments, start=1):
        if not 0 <= segment.start_ms < segment.end_ms <= video.duration_ms:
            raise Invalid(
                f"{video.name}: segment {number} is {segment.start_ms}-{segment.end_ms} ms, "
                f"but it must lie inside the video's 0-{video.duration_ms} ms; correct the file that it comes from."
            )
        given = {"start_ms": segment.start_ms, "end_ms": segment.end_ms, "label": segment.label}
        texts = {"explanation": segment.explanation, "draft_explanation": segment.draft}
        try:
            one = SegmentIn.model_validate({"key": imported_key(video, segment), **given, **texts})
        except ValidationError as error:
            fault = error.errors()[0]
            raise Invalid(f"{video.name}: segment {number}, {fault['loc'][0]}: {fault['msg']}") from error
        checked.append(CheckedSegment(**{**vars(one), "outcome": _imported_outcome(segment), "dialogue": ()}))
    return checked


def _imported_outcome(segment: LabelledSegment) -> Outcome:
    if not segment.draft:
        return Outcome.MANUAL
    return Outcome.ACCEPTED if segment.draft == segment.explanation else Outcome.CHANGED


def _import(
    annotation: Annotation,
    segments: dict[uuid.UUID, CheckedSegment],
    *,
    is_fully_watched: bool,
    saved_by: User | None,
    keeps_others: bool,
    replaced: Collection[uuid.UUID] = (),
) -> None:
    """Writes one revision with the segments, unless the annotation already says just that."""
    before = workbench_document(annotation)
    talked = {one.key: tuple(one.dialogue) for one in annotation.segments.all()}
    # What people asked and answered about a segment outlives that it is imported again.
    segments = {key: replace(one, dialogue=talked.get(key, ())) for key, one in segments.items()}
    gone = {*segments, *replaced}
    others = [_stored(one) for one in annotation.segments.exclude(key__in=gone)] if keeps_others else []
    kept = sorted([*segments.values(), *others], key=_place)
    content = {**before, "segments": [one.as_json() for one in kept], "is_fully_watched": is_fully_watched}
    if content != before:
        Annotation.objects.filter(pk=annotation.pk).update(
            revision=F("revision") + 1,
            said_revision=F("revision") + 1,
            is_fully_watched=is_fully_watched,
            updated_at=timezone.now(),
        )
        document_write(annotation=annotation, segments=kept, content=content, saved_by=saved_by)
    submitted = Annotation.objects.filter(pk=annotation.pk).exclude(state=AnnotationState.SUBMITTED)
    first = Coalesce("first_submitted_revision", "revision")
    submitted.update(state=AnnotationState.SUBMITTED, submitted_at=timezone.now(), first_submitted_revision=first)
    annotation.refresh_from_db()


def _stored(segment: Segment) -> CheckedSegment:
    return CheckedSegment(
        key=segment.key,
        start_ms=segment.start_ms,
        end_ms=segment.end_ms,
        label=segment.label,
        explanation=segment.explanation,
        outcome=Outcome(segment.outcome),
        source_id=segment.source_id,
        draft_explanation=segment.draft_explanation,
        draft_id=segment.draft_id,
        dialogue=tuple(segment.dialogue),
    )


def document_write(
    *, annotation: Annotation, segments: list[CheckedSegment], content: dict[str, Any], saved_by: User | None
) -> None:
    """Replaces the segments by these and appends the revision. The caller holds the annotation's row.

    Only what changed is written: most saves change one segment of a document that may hold thousands.
    """
    annotation.refresh_from_db(fields=["revision"])
    before = {row["key"]: row for row in annotation.segments.order_by().values("key", *STORED)}
    gone = before.keys() - {segment.key for segment in segments}
    if gone:
        annotation.segments.filter(key__in=gone).delete()
    changed = [row for row in map(_row, segments) if row != before.get(row["key"])]
    if changed:
        Segment.objects.bulk_create(
            [Segment(annotation=annotation, **row) for row in changed],
            update_conflicts=True,
            unique_fields=["annotation", "key"],
            update_fields=WRITTEN,
        )
    if gone or changed:
        Annotation.objects.filter(pk=annotation.pk).update(said_revision=annotation.revision)
    Revision.objects.create(annotation=annotation, number=annotation.revision, document=content, saved_by=saved_by)


def _row(segment: CheckedSegment) -> dict[str, Any]:
    return {**vars(segment), "dialogue": list(segment.dialogue)}


def _advance(annotation: Annotation, revision: int, document: DocumentIn) -> bool:
    """Takes the next revision; False for everybody but the first who builds on `revision`."""
    newest = Annotation.objects.filter(pk=annotation.pk, revision=revision)
    return (
        newest.update(
            revision=revision + 1,
            said_revision=Case(
                When(is_fully_watched=document.is_fully_watched, then="said_revision"), default=revision + 1
            ),
            is_fully_watched=document.is_fully_watched,
            spent_ms=document.spent_ms,
            updated_at=timezone.now(),
        )
        == 1
    )


def _is_repeat(annotation: Annotation, revision: int, content: dict[str, Any], user: User) -> bool:
    """True when the newest revision is this very save by this very person."""
    newest = Revision.objects.filter(annotation=annotation).order_by("-number").first()
    return (
        newest is not None
        and newest.number == revision + 1
        and newest.saved_by_id == user.pk
        and newest.document == content
    )


def _conflict(annotation: Annotation) -> RevisionConflict:
    current = Annotation.objects.prefetch_related("segments").get(pk=annotation.pk)
    newest = Revision.objects.filter(annotation=annotation).select_related("saved_by").order_by("-number").first()
    saved_by = newest.saved_by.get_username() if newest and newest.saved_by else ""
    return RevisionConflict(revision=current.revision, document=workbench_document(current), saved_by=saved_by)


def _place(segment: CheckedSegment) -> tuple[int, int, str]:
    return segment.start_ms, segment.end_ms, str(segment.key)
