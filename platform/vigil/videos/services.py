"""Brings videos in, and makes them ready for people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from vigil.accounts.models import User
from vigil.accounts.services import audit_record
from vigil.config.nudges import nudge
from vigil.projects.errors import Conflict
from vigil.projects.models import Project
from vigil.videos.candidates import Candidate, Refusal, candidates_of, rows_by_name
from vigil.videos.labels_csv import FileLabels, LabelsCsv, groups_check, labels_read
from vigil.videos.models import FrameTimes, ImportItem, ImportJob, ImportOutcome, Split, Video, WeakLabel
from vigil.videos.processing import PROCESS_TASK
from vigil.videos.recording_time import recorded_at_of
from vigil.videos.selectors import is_in_a_snapshot
from vigil.videos.staging import Known, Staged, staged_files
from vigil.videos.storage import keep_original, scratch_folder

STAYS = "a snapshot holds it, so it stays in the split"
OnProgress = Callable[[int, int, str], None]
"""Called with files done, files in all, and the name of the one just done."""


@dataclass
class ImportReport:
    """What became of an import."""

    import_id: int
    imported: int = 0
    duplicate: int = 0
    refused: list[Refusal] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    """What a person should know though nothing is wrong."""


def videos_import(
    *,
    project: Project,
    paths: Sequence[Path | str],
    labels_csv: Path | str | None = None,
    user: User | None = None,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Imports files and folders; a file that cannot be used is refused with its reason and the rest goes on.

    Raises:
        Invalid: a mistake in labels.csv, or a group divided over splits. Nothing was imported then.
    """
    found = candidates_of([Path(path) for path in paths])
    notices: list[str] = []
    labels = _labels_chosen(project, found.labels_found, labels_csv, notices)
    known_names = list(project.videos.values_list("name", flat=True))
    names = list(dict.fromkeys([*(file.name for file in found.files), *known_names]))
    rows, unmatched = rows_by_name(labels, names) if labels else ({}, [])
    if found.passed_over:
        notices.append(f"{found.passed_over} files in the folders are no videos by their names and were passed over")
    return files_import(
        project=project,
        files=found.files,
        labels={name: row.labels for name, row in rows.items()},
        refused=[*found.refused, *unmatched],
        notices=notices,
        user=user,
        on_progress=on_progress,
    )


def _labels_chosen(
    project: Project, found: Sequence[Path], labels_csv: Path | str | None, notices: list[str]
) -> LabelsCsv | None:
    if labels_csv is None and len(found) == 1:
        labels_csv = found[0]
        notices.append(f"labels are taken from {labels_csv}")
    elif labels_csv is None and found:
        notices.append(f"{len(found)} labels.csv were found and none was used; name one with --labels")
    if labels_csv is None:
        return None
    labels = labels_read(path=Path(labels_csv), template=project.template)
    if labels.unknown_classes:
        known = f"not among the labels of template {project.template!r}; kept as they are"
        notices.append(f"classes {', '.join(labels.unknown_classes)}: {known}")
    return labels


def files_import(
    *,
    project: Project,
    files: Sequence[Candidate],
    labels: Mapping[str, FileLabels],
    refused: Sequence[Refusal] = (),
    notices: Sequence[str] = (),
    user: User | None = None,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Imports these files under their names, with the labels given by name; `refused` is kept with the report."""
    splits = _splits_by_name(project, [file.name for file in files], labels)
    job = ImportJob.objects.create(project=project, created_by=user)
    report = ImportReport(job.pk, refused=list(refused), notices=list(notices))
    for refusal in refused:
        _record(job, refusal.file, ImportOutcome.REFUSED, refusal.reason)
    rows = project.videos.values_list("size_bytes", "sha256", "name")
    known = Known(frozenset(row[0] for row in rows), {row[1]: row[2] for row in rows})
    try:
        with scratch_folder() as scratch:
            for index, staged in enumerate(staged_files(files, known, scratch), start=1):
                name = staged.candidate.name
                _take_in(job, staged, labels.get(name, FileLabels()), splits.get(name, Split.TRAIN), report)
                if on_progress is not None:
                    on_progress(index, len(files), name)
    finally:  # stopped midway, what came in stays
        ImportJob.objects.filter(pk=job.pk).update(finished_at=timezone.now())
    counts = {"imported": report.imported, "duplicate": report.duplicate, "refused": len(report.refused)}
    audit_record(actor=user, action="videos.import", target=project.slug, import_id=job.pk, **counts)
    return report


def _splits_by_name(project: Project, names: Sequence[str], labels: Mapping[str, FileLabels]) -> dict[str, Split]:
    """The split of every file: as labelled, else that of its group, else train; no group divided."""
    stored: dict[str, tuple[str, str]] = {}
    for video in project.videos.only("name", "group", "split", "weak_label"):
        row = labels.get(video.name) if video.weak_label == WeakLabel.UNKNOWN else None
        stored[video.name] = (video.group, video.split)
        if row is not None:
            split = video.split if _must_stay(video, row.split) else row.split or video.split
            stored[video.name] = (row.group or video.group, split)
    there = [(group, split, name) for name, (group, split) in stored.items()]
    said = [(row.group, str(row.split), name) for name, row in labels.items() if row.split and name not in stored]
    groups_check(splits_of_groups=[*there, *said])
    of_group = {group: Split(split) for group, split, _ in [*there, *said] if group}
    rows = {name: labels.get(name, FileLabels()) for name in names}
    return {name: row.split or of_group.get(row.group, Split.TRAIN) for name, row in rows.items()}


def _record(job: ImportJob, name: str, outcome: ImportOutcome, reason: str = "", video: Video | None = None) -> None:
    ImportItem.objects.create(job=job, name=name[-400:], outcome=outcome, reason=reason, video=video)


def _take_in(job: ImportJob, staged: Staged, labels: FileLabels, split: Split, report: ImportReport) -> None:
    """Writes one staged file's video, or why it is none."""
    name = staged.candidate.name
    reason = staged.refusal
    twin = None if reason else _twin(job, staged)
    if not reason and twin is None:
        try:
            _video_create(job, staged, labels, split)
        except Conflict as conflict:
            twin, reason = _twin(job, staged), str(conflict)  # another import may have been faster
        else:
            report.imported += 1
            return
    if twin is not None:
        report.duplicate += 1
        reason = _duplicate_labelled(twin, name, labels, split)
        if STAYS in reason:
            report.notices.append(f"{name}: {reason}")
        _record(job, name, ImportOutcome.DUPLICATE, reason, twin)
    else:
        report.refused.append(Refusal(name, reason))
        _record(job, name, ImportOutcome.REFUSED, reason)


def _twin(job: ImportJob, staged: Staged) -> Video | None:
    return job.project.videos.filter(sha256=staged.sha256).first()


def _video_create(job: ImportJob, staged: Staged, labels: FileLabels, split: Split) -> None:
    probe, path = staged.probe, staged.path
    if probe is None or path is None:
        raise Conflict("its twin in the project was removed meanwhile; import it again")
    name = staged.candidate.name
    kept = {key: value for key, value in asdict(probe).items() if key != "packed_times"}
    shown = {key: kept[key] for key in ("duration_ms", "start_ms", "width", "height", "fps", "frame_count", "codec")}
    try:
        with transaction.atomic():
            video = Video.objects.create(
                project=job.project,
                name=name,
                sha256=staged.sha256,
                size_bytes=staged.size_bytes,
                original=keep_original(path, staged.sha256),
                weak_label=labels.weak_label,
                classes=list(labels.classes),
                group=labels.group,
                split=split,
                is_variable_rate=probe.is_variable_rate,
                recorded_at=labels.recorded_at
                or recorded_at_of(creation_time=probe.creation_time, name=name, now=timezone.now()),
                probe=kept,
                **shown,
            )
            FrameTimes.objects.create(video=video, packed=probe.packed_times)
            _record(job, name, ImportOutcome.IMPORTED, video=video)
            nudge(PROCESS_TASK)
    except IntegrityError as error:
        raise Conflict(
            f"the project already has another video called {name!r}; rename the file, or import the folder above it "
            "so that the folder becomes part of the name"
        ) from error


def _must_stay(video: Video, split: str | None) -> bool:
    """Whether moving the video there would put what models learned from among what they are judged by."""
    return split == Split.TEST and video.split != Split.TEST and is_in_a_snapshot(video)


def _duplicate_labelled(twin: Video, name: str, labels: FileLabels, split: Split) -> str:
    """Gives a twin without a label the label that came with its copy; says what was done."""
    is_same_name = twin.name == name
    same = "it is in the project already" if is_same_name else f"the same content is in the project as {twin.name!r}"
    if is_same_name and labels.recorded_at is not None:
        Video.objects.filter(pk=twin.pk).update(recorded_at=labels.recorded_at)
    if labels.weak_label == WeakLabel.UNKNOWN:
        return same
    new: dict[str, Any] = {"weak_label": labels.weak_label, "classes": list(labels.classes)}
    stays = ""
    if is_same_name and twin.weak_label == WeakLabel.UNKNOWN and _must_stay(twin, split):
        split, stays = Split(twin.split), f"; {STAYS} {twin.split!r}, where a model may have learned from it"
    if is_same_name:  # the guard against divided groups knows files by their names
        new |= {"group": labels.group or twin.group, "split": split if labels.split or labels.group else twin.split}
    if Video.objects.filter(pk=twin.pk, weak_label=WeakLabel.UNKNOWN).update(**new):
        return f"{same}; it had no label and now is {labels.weak_label.value}{stays}"
    if (twin.weak_label, list(twin.classes)) != (labels.weak_label, list(labels.classes)):
        return f"{same}, labelled {', '.join([twin.weak_label, *twin.classes])}; that label was kept"
    return same
