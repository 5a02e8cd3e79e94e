"""Brings other tools' annotations in: each row by itself, so that one bad row costs nobody the others."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from django.db import transaction

from ml.contracts import LabelledSegment, TruthSegment
from vigil.accounts.models import Role, User
from vigil.accounts.selectors import role_of
from vigil.accounts.services import audit_record, membership_set
from vigil.annotations.models import Annotation, Segment
from vigil.annotations.services import frozen_truth_set, imported_key, segments_import
from vigil.interop.importers.known import IMPORTERS
from vigil.interop.importers.reading import ImportedRow, ReadingOptions
from vigil.interop.models import ImportedAnnotation
from vigil.projects.errors import Invalid
from vigil.projects.models import Project
from vigil.review.services import second_readings_ask
from vigil.videos.models import Split, Video

LONGEST_FAULT = 400
Purpose = Literal["person", "truth"]
LAST_FRAME_MS = 1_000
"""An end this far past the video's end is rounding of the last frame (at one frame a second), not a mistake."""


@dataclass
class ImportReport:
    """What became of each row."""

    imported: int = 0
    unchanged: int = 0
    segments: int = 0
    faults: list[str] = field(default_factory=list)


def annotations_import(
    *,
    project: Project,
    format: str,
    path: Path,
    purpose: Purpose = "person",
    options: ReadingOptions | None = None,
    actor: User | None = None,
) -> ImportReport:
    """Reads the file into the project: as annotations of the people named in it, or as the test videos' frozen truth.

    Twice is once: rows that are here already are counted as unchanged. An annotation that was edited elsewhere and
    comes in again replaces what it brought before.

    Raises:
        Invalid: unknown format, or a file that cannot be read at all.
    """
    if format not in IMPORTERS:
        raise Invalid(f"unknown format {format!r}; there are: {', '.join(IMPORTERS)}")
    reading = IMPORTERS[format](path, options or ReadingOptions())
    report = ImportReport(faults=list(reading.faults))
    videos = {key: video for video in project.videos.all() for key in (video.sha256, video.name)}
    for row in reading.rows:
        video = videos.get(row.video)
        if video is None:
            report.faults.append(f"{row.where}: project {project.name!r} has no video {row.video!r}; import it first")
            continue
        try:
            _import_row(report, format, row, video, purpose)
        except Invalid as error:
            report.faults.append(f"{row.where}: {error}")
    report.faults = [_one_line(fault) for fault in report.faults]
    second_readings_ask(project=project)
    audit_record(actor=actor, action="annotations.import", target=project.name, format=format, imported=report.imported)
    return report


def _one_line(fault: str) -> str:
    """The fault without what a file can smuggle into it: line breaks, endless names, characters no terminal shows."""
    return " ".join(fault.encode("utf-8", "backslashreplace").decode("utf-8").split())[:LONGEST_FAULT]


@transaction.atomic
def _import_row(report: ImportReport, format: str, row: ImportedRow, video: Video, purpose: Purpose) -> None:
    segments = _inside(row.segments, video)
    identity: dict[str, Any] = {
        "format": format,
        "external_id": f"{video.project_id}:{purpose}:{row.external_id}"[:200],
    }
    fresh: list[dict[str, Any]] = []
    if purpose == "truth":
        before, annotation = _revision_of_truth(video), _truth(video, segments)
    else:
        earlier = ImportedAnnotation.objects.filter(**identity).first()
        fresh = [_written(video, one) for one in _without_ours(row, segments, video)]
        if row.segments and fresh == (earlier.segments if earlier is not None else []):
            report.unchanged += 1
            return
        author = _author(format, row, video.project)
        before = _revision(video, author)
        annotation = _replace(earlier, video, author, fresh, is_fully_watched=row.is_fully_watched)
    ImportedAnnotation.objects.update_or_create(**identity, defaults={"annotation": annotation, "segments": fresh})
    if annotation.revision == before:
        report.unchanged += 1
        return
    report.imported += 1
    report.segments += len(segments)


def _replace(
    earlier: ImportedAnnotation | None,
    video: Video,
    author: User,
    fresh: list[dict[str, Any]],
    *,
    is_fully_watched: bool,
) -> Annotation:
    """The author's annotation with the fresh segments instead of those that the last import of the same brought.

    What the last import brought already is left as people have it now: moved, corrected or deleted.
    """
    replaced: set[uuid.UUID] = set()
    segments = fresh
    if earlier is not None and earlier.annotation.user == author:
        replaced = _outdated(earlier, fresh)
        segments = [one for one in fresh if one not in earlier.segments]
    elif earlier is not None and earlier.annotation.user is not None:
        moved = _outdated(earlier, [])
        segments_import(video=video, user=earlier.annotation.user, segments=[], replaced=moved)
    return segments_import(
        video=video,
        user=author,
        segments=[_segment(one) for one in segments],
        is_fully_watched=is_fully_watched,
        replaced=replaced,
    )


def _written(video: Video, segment: LabelledSegment) -> dict[str, Any]:
    """A segment as `ImportedAnnotation` remembers it."""
    told = {name: value for name, value in asdict(segment).items() if name != "draft"}
    return {"key": str(imported_key(video, segment)), **told}


def _segment(written: dict[str, Any]) -> LabelledSegment:
    return LabelledSegment(**{name: value for name, value in written.items() if name != "key"})


def _outdated(earlier: ImportedAnnotation, fresh: list[dict[str, Any]]) -> set[uuid.UUID]:
    """The keys of segments that the last import brought and that its author has changed or removed since.

    A segment that somebody has changed here is theirs by now, and one that another import brought too is that one's.
    """
    others = ImportedAnnotation.objects.filter(annotation=earlier.annotation).exclude(pk=earlier.pk)
    kept = {one["key"] for one in fresh} | {one["key"] for other in others for one in other.segments}
    here = {str(one.key): one for one in earlier.annotation.segments.all()}
    return {
        uuid.UUID(one["key"])
        for one in earlier.segments
        if one["key"] not in kept and one["key"] in here and _content(here[one["key"]]) == _content(_segment(one))
    }


def _content(segment: Segment | LabelledSegment) -> tuple[int, int, str, str]:
    return segment.start_ms, segment.end_ms, segment.label, segment.explanation.strip()


def _inside(segments: Sequence[LabelledSegment], video: Video) -> list[LabelledSegment]:
    """The segments with an end that the last frame's rounding put past the end of the video cut back to it."""
    latest_ms = video.duration_ms + max(LAST_FRAME_MS / video.fps, 1)
    return [
        replace(one, end_ms=min(one.end_ms, video.duration_ms)) if one.end_ms <= latest_ms else one for one in segments
    ]


def _without_ours(row: ImportedRow, segments: Sequence[LabelledSegment], video: Video) -> list[LabelledSegment]:
    """Leaves out what came from here and was not changed elsewhere: it would only stand there twice."""
    if not row.keys:
        return list(segments)
    ours = Segment.objects.filter(annotation__video=video, key__in=[key for key in row.keys if key])
    known = {str(one.key): _content(one) for one in ours}
    return [one for key, one in zip(row.keys, segments, strict=True) if known.get(key) != _content(one)]


def _truth(video: Video, segments: Sequence[LabelledSegment]) -> Annotation:
    if video.split != Split.TEST:
        raise Invalid(f"{video.name} is in the split {video.split}; only videos of the test split have a frozen truth")
    truths = [TruthSegment(one.start_ms, one.end_ms, one.label, one.explanation) for one in segments]
    return frozen_truth_set(video=video, segments=truths)


def _revision_of_truth(video: Video) -> int:
    found = Annotation.objects.filter(video=video, is_frozen_truth=True).values_list("revision", flat=True).first()
    return -1 if found is None else found


def _revision(video: Video, author: User) -> int:
    found = Annotation.objects.filter(video=video, user=author, is_frozen_truth=False)
    revision = found.values_list("revision", flat=True).first()
    return -1 if revision is None else revision


def _author(format: str, row: ImportedRow, project: Project) -> User:
    """Our user of that name if a member of the project; else an account that only stands for the import.

    Nobody can log in with such an account, and an import cannot write in the name of somebody who is no member.
    """
    known = User.objects.filter(username=row.author).first() or User.objects.filter(email=row.author).first()
    if row.author and known is not None and role_of(user=known, project_id=project.pk) is not None:
        return known
    name = f"{format}-{row.author or 'import'}"[:150]
    stand_in = User.objects.filter(username=name).first()
    if stand_in is None:
        stand_in = User(username=name, is_active=False)
        stand_in.set_unusable_password()
        stand_in.save()
    if not project.memberships.filter(user=stand_in).exists():
        membership_set(user=stand_in, project_id=project.pk, role=Role.ANNOTATOR)
    return stand_in
