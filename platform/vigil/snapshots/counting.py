"""The counts that pages show, without reading again what nobody has touched since they were last counted."""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

from django.core.cache import cache
from django.db import connection

from vigil.projects.models import Project
from vigil.projects.work import WorkState
from vigil.snapshots.manifest import counts_of
from vigil.snapshots.services import manifest_videos
from vigil.videos.models import Split, Video

MARKS = """
SELECT v.id, v.weak_label, a.saved, a.revisions, a.segments, a.sources, a.submitted, a.whole, w.newest, w.withdrawn,
    r.newest
FROM videos_video v
LEFT JOIN (
    SELECT a.video_id, max(a.updated_at) AS saved, sum(a.revision) AS revisions, sum(s.segments) AS segments,
        sum(s.sources) AS sources, count(*) FILTER (WHERE a.state = 'submitted') AS submitted,
        count(*) FILTER (WHERE a.is_fully_watched) AS whole
    FROM annotations_annotation a LEFT JOIN (
        SELECT annotation_id, count(*) AS segments, count(source_id) AS sources
        FROM annotations_segment GROUP BY annotation_id
    ) AS s ON s.annotation_id = a.id
    WHERE NOT a.is_frozen_truth GROUP BY a.video_id
) AS a ON a.video_id = v.id
LEFT JOIN (
    SELECT q.video_id, max(w.id) AS newest, count(w.withdrawn_at) AS withdrawn
    FROM annotations_answer w JOIN annotations_question q ON q.id = w.question_id GROUP BY q.video_id
) AS w ON w.video_id = v.id
LEFT JOIN (
    SELECT a.video_id, max(r.id) AS newest
    FROM review_segmentreview r JOIN annotations_annotation a ON a.id = r.annotation_id GROUP BY a.video_id
) AS r ON r.video_id = v.id
WHERE v.project_id = %s AND v.state = %s AND v.split <> %s
"""
"""Of each video: what differs as soon as somebody saved, submitted, answered, withdrew or reviewed something."""


def counts_now(*, project: Project) -> dict[str, int]:
    """How many of each kind a snapshot taken now would hold; writes no row.

    The counts of a video are kept for as long as nothing happens to it: a page costs what changed since the last one.
    """
    with connection.cursor() as cursor:
        cursor.execute(MARKS, [project.pk, WorkState.SUCCEEDED, Split.TEST])
        marks = {video_id: tuple(mark) for video_id, *mark in cursor.fetchall()}
    name = f"snapshot-counts-{project.pk}"
    known: dict[int, tuple[Hashable, dict[str, int]]] = cache.get(name, {})
    counts = {video_id: known[video_id][1] for video_id in marks if _is_as_before(known, video_id, marks)}
    changed = [video_id for video_id in marks if video_id not in counts]
    if changed:
        counts |= _counted(project, changed)
        cache.set(name, {video_id: (marks[video_id], counts[video_id]) for video_id in marks}, timeout=None)
    total = Counter(counts_of([]))
    for one in counts.values():
        total.update(one)
    return dict(total)


def _is_as_before(known: dict[int, tuple[Hashable, dict[str, int]]], video_id: int, marks: dict[int, Any]) -> bool:
    return video_id in known and known[video_id][0] == marks[video_id]


def _counted(project: Project, video_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Of each video, the counts that are not 0."""
    videos = list(Video.objects.filter(pk__in=video_ids))
    lines = manifest_videos(project, videos)
    return {
        video.pk: {name: count for name, count in counts_of([line]).items() if count}
        for video, line in zip(videos, lines, strict=True)
    }
