"""Instruction datasets: collects the records of a snapshot, cuts their clips, writes one file a split."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from annotation_templates.loading import load_template
from vigil.interop.clips import clip_cut
from vigil.interop.export_request import ExportTarget
from vigil.interop.json_files import json_write
from vigil.interop.records import ClipRecord, RecordWriter
from vigil.projects.errors import Invalid
from vigil.snapshots.selectors import frozen_truths, said_of_tests, training_videos
from vigil.videos.models import RenditionKind, Split, Video
from vigil.videos.selectors import original_path
from vigil.videos.storage import media_path


def conversations_write(target: ExportTarget, line_of: Callable[[ClipRecord], dict[str, Any]]) -> dict[str, int]:
    """Writes `<split>.json` for every split that has records; how many each has.

    Raises:
        Invalid: nobody has explained anything yet, or a group of videos would be in two files.
    """
    records = records_of(target)
    if not any(record.provenance.label for record in records):
        raise Invalid(
            f"nothing to export: in project {target.project.name!r} no event has a sentence that a person wrote or "
            "accepted; open a video, accept or correct the explanations and submit, then export again"
        )
    _refuse_divided_groups(records)
    _cut_clips(target, records)
    by_split: dict[str, list[ClipRecord]] = defaultdict(list)
    for record in records:
        by_split[record.split].append(record)
    # A split without records gets no file: an empty list has no columns, and loaders refuse it.
    for split in sorted(by_split):
        json_write(target.folder / f"{split}.json", [line_of(record) for record in by_split[split]])
    return {split: len(found) for split, found in sorted(by_split.items())}


def records_of(target: ExportTarget) -> list[ClipRecord]:
    """What people said in the snapshot, and the truth of the test videos as people corrected it, in the order of the
    videos' hashes."""
    snapshot = target.snapshot
    writer = RecordWriter(load_template(target.project.template), snapshot.content_sha256)
    sources = snapshot.manifest.get("sources", {})
    records: dict[str, ClipRecord] = {}
    for training in training_videos(snapshot):
        for record in writer.of_training_video(training, sources.get(training.video.key, [])):
            records.setdefault(record.id, record)
    told = said_of_tests(snapshot)
    for truth in frozen_truths(project=target.project, split=Split.TEST):
        told_of = told.get(truth.video.key)
        found = writer.of_test_video(truth, told_of.said, told_of.sources) if told_of else writer.of_truth(truth)
        for record in found:
            records.setdefault(record.id, record)
    return sorted(records.values(), key=lambda record: (record.provenance.video_sha256, record.provenance.start_ms))


def _refuse_divided_groups(records: list[ClipRecord]) -> None:
    """The snapshot's splits may be older than a change of a video's split; a group must still be in one file only."""
    splits: dict[str, str] = {}
    for record in records:
        group = record.provenance.group or record.provenance.video_sha256
        if splits.setdefault(group, record.split) != record.split:
            raise Invalid(
                f"group {group!r} would be in {splits[group]}.json and {record.split}.json; "
                "give all its videos one split and export from a new snapshot"
            )


def _cut_clips(target: ExportTarget, records: list[ClipRecord]) -> None:
    videos = {
        video.sha256: video for video in Video.objects.filter(project=target.project).prefetch_related("renditions")
    }
    for number, record in enumerate(records, start=1):
        origin = record.provenance
        clip = target.folder / record.clip
        if not clip.exists():
            source = _source_of(videos[origin.video_sha256])
            clip_cut(source, clip, start_ms=origin.clip_start_ms, end_ms=origin.clip_end_ms)
        target.on_progress(number, len(records))


def _source_of(video: Video) -> Path:
    """The proxy: upright, of constant rate, as people saw it. The original where there is no proxy."""
    proxy = next((one for one in video.renditions.all() if one.kind == RenditionKind.PROXY), None)
    return media_path(proxy.path) if proxy is not None else original_path(video)
