"""Reads snapshots back as what `ml` trains on, and the frozen truth as what it is judged by."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from ml.contracts import TrainingVideo, TruthSegment, VideoTruth, from_json
from vigil.annotations.models import Annotation, Outcome
from vigil.annotations.selectors import frozen_truths_of, submitted_of
from vigil.projects.errors import Missing
from vigil.projects.models import Project
from vigil.projects.work import WorkState
from vigil.review.models import ReviewVerdict
from vigil.review.selectors import standing_verdicts
from vigil.snapshots.models import Snapshot
from vigil.videos.models import Split, Video, WeakLabel
from vigil.videos.selectors import original_path, video_ref

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SaidOfTest:
    """What people said about one test video, and who said what."""

    said: TrainingVideo
    sources: Sequence[Mapping[str, Any]]


def snapshots_of(*, project: Project) -> QuerySet[Snapshot]:
    """The project's snapshots, newest first."""
    return Snapshot.objects.filter(project=project).order_by("-pk")


def snapshot_by_name(*, project: Project, name: str) -> Snapshot:
    """The snapshot with this id or with a content hash that begins so.

    Raises:
        Missing: none, or more than one.
    """
    known = Snapshot.objects.filter(project=project)
    found = list(known.filter(pk=int(name)) if name.isdecimal() and len(name) < 12 else [])
    found = found or list(known.filter(content_sha256__startswith=name)[:2])
    if len(found) != 1:
        newest = ", ".join(one.content_sha256[:12] for one in snapshots_of(project=project)[:5]) or "none yet"
        raise Missing(f"project {project.name!r} has not exactly one snapshot {name!r}; the newest are: {newest}")
    return found[0]


def training_videos(snapshot: Snapshot) -> list[TrainingVideo]:
    """The snapshot's videos with the paths that their originals have now; a removed video is left out and logged."""
    return _with_paths(snapshot, snapshot.manifest["videos"])


def said_of_tests(snapshot: Snapshot) -> dict[str, SaidOfTest]:
    """What people said about test videos, by the video's key: for exports, never for training."""
    told = snapshot.manifest.get("test_answers", {})  # snapshots from before there was this part have none
    sources = told.get("sources", {})
    return {
        line.video.key: SaidOfTest(line, sources.get(line.video.key, []))
        for line in _with_paths(snapshot, told.get("videos", []))
    }


def _with_paths(snapshot: Snapshot, videos: Iterable[dict[str, Any]]) -> list[TrainingVideo]:
    present = {video.sha256: video for video in Video.objects.filter(project_id=snapshot.project_id)}
    lines = []
    for line in videos:
        training = from_json(TrainingVideo, line)
        video = present.get(training.video.key)
        if video is None:
            log.warning("snapshot %s: %s was removed and is left out", snapshot.pk, training.video.name)
            continue
        lines.append(replace(training, video=replace(training.video, path=str(original_path(video)))))
    return lines


def frozen_truths(*, project: Project, split: str = Split.TEST) -> list[VideoTruth]:
    """The truth of every ready video of the split, the best there is of each.

    In this order: the frozen truth; a submitted annotation of somebody who watched all of it and in which no reviewer
    rejected anything; a video known to be normal has no events; else only the weak label is known (`is_localised` is
    False).
    """
    frozen = _by_video(frozen_truths_of(project=project, split=split))
    rejected = {
        annotation_id
        for annotation_id, said in standing_verdicts(project=project).items()
        if ReviewVerdict.REJECTED in said.values()
    }
    whole = (one for one in submitted_of(project=project) if one.is_fully_watched and one.pk not in rejected)
    watched = _by_video(whole)
    videos = Video.objects.filter(project=project, split=split, state=WorkState.SUCCEEDED).order_by("pk")
    return [video_truth(video, frozen.get(video.pk) or watched.get(video.pk)) for video in videos]


def video_truth(video: Video, annotation: Annotation | None) -> VideoTruth:
    """The truth of one video, from an annotation or else from its weak label."""
    if annotation is None:
        return VideoTruth(video_ref(video), is_localised=video.weak_label == WeakLabel.NORMAL)
    segments = [one for one in annotation.segments.all() if one.outcome != Outcome.REJECTED]
    return VideoTruth(
        video_ref(video),
        tuple(TruthSegment(one.start_ms, one.end_ms, one.label, one.explanation) for one in segments),
    )


def _by_video(annotations: Iterable[Annotation]) -> dict[int, Annotation]:
    """The newest annotation of each video."""
    ordered = sorted(annotations, key=lambda one: (one.updated_at, one.pk))
    return {one.video_id: one for one in ordered}
