"""Moments that look, to the model, like a given one: nearest clips, joined where they are neighbours."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction
from django.db.models import Count, F, Max, Min
from django.db.models.functions import Abs
from pgvector import HalfVector
from pgvector.django import MaxInnerProduct

from vigil.predictions.models import ClipEmbedding
from vigil.registry.models import ModelState, ModelVersion
from vigil.videos.models import Video

NEAREST = 240
"""Clips that are looked at, of other videos and of this one each."""
EF_SEARCH = 240
MOST_A_VIDEO = 3
LEAST = 0.1
"""Similarity below which clips have nothing in common."""
NEARLY = 0.8
"""Of the similarity of a moment's likest clip, what a neighbour needs to belong to it."""
QUERY_CLIPS = 512
"""Of a very long stretch only so many clips, evenly chosen, make its mean."""


@dataclass(frozen=True)
class NearClip:
    """A clip and how alike it is, 1 being the same."""

    video_id: int
    clip: int
    start_ms: int
    end_ms: int
    similarity: float


@dataclass(frozen=True)
class Moment:
    """Neighbouring clips that are alike; `similarity` is that of the likest."""

    video_id: int
    start_ms: int
    end_ms: int
    similarity: float


def moments_like(
    *, video: Video, start_ms: int, end_ms: int, most: int = 12
) -> tuple[ModelVersion | None, list[Moment]]:
    """The likest moments of the video's project, and the version that compared them; None where none knows the video.

    Production compares; until it has seen the video, the latest version that has.
    """
    version = _comparing(video)
    if version is None:
        return None, []
    wanted = _mean_embedding(version, video, start_ms, end_ms)
    known = ClipEmbedding.objects.filter(model_version=version)
    with transaction.atomic(), connection.cursor() as cursor:
        # Clips of other projects lie in the same index: it is read on until enough of this version are found.
        cursor.execute(
            "SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', %s, true)",
            [str(EF_SEARCH)],
        )
        near = [
            NearClip(video_id, clip, clip_start_ms, clip_end_ms, min(1.0, -float(distance)))
            for clips in (known.filter(video=video), known.exclude(video=video))
            for video_id, clip, clip_start_ms, clip_end_ms, distance in clips.annotate(
                distance=MaxInnerProduct("embedding", wanted)
            )
            .order_by("distance")
            .values_list("video_id", "clip", "start_ms", "end_ms", "distance")[:NEAREST]
        ]
    apart = [one for one in near if one.video_id != video.pk or one.end_ms <= start_ms or one.start_ms >= end_ms]
    return version, joined(apart, most=most)


def joined(clips: Iterable[NearClip], *, most: int, most_a_video: int = MOST_A_VIDEO) -> list[Moment]:
    """The likest moments first, at most `most_a_video` of each video. Pure.

    A moment is the likest clip of its place with those beside it that are nearly as like.
    """
    runs: list[list[NearClip]] = []
    alike = (clip for clip in clips if clip.similarity >= LEAST)
    for one in sorted(alike, key=lambda clip: (clip.video_id, clip.clip)):
        last = runs[-1][-1] if runs else None
        if last is not None and last.video_id == one.video_id and last.clip + 1 == one.clip:
            runs[-1].append(one)
        else:
            runs.append([one])
    found = sorted(
        (moment for run in runs for moment in _moments(run)), key=lambda one: (-one.similarity, one.start_ms)
    )
    taken: Counter[int] = Counter()
    kept: list[Moment] = []
    for moment in found:
        taken[moment.video_id] += 1
        if taken[moment.video_id] <= most_a_video:
            kept.append(moment)
    return kept[:most]


def _moments(run: Sequence[NearClip]) -> list[Moment]:
    """The moments of neighbouring clips: around the likest, then what is left beyond the dips beside it."""
    if not run:
        return []
    peak = max(range(len(run)), key=lambda place: run[place].similarity)
    enough = NEARLY * run[peak].similarity
    first = last = peak
    while first > 0 and run[first - 1].similarity >= enough:
        first -= 1
    while last + 1 < len(run) and run[last + 1].similarity >= enough:
        last += 1
    left, right = run[: max(0, first - 1)], run[last + 2 :]
    return [_moment(run[first : last + 1]), *_moments(left), *_moments(right)]


def _moment(run: Sequence[NearClip]) -> Moment:
    return Moment(run[0].video_id, run[0].start_ms, run[-1].end_ms, max(clip.similarity for clip in run))


def _comparing(video: Video) -> ModelVersion | None:
    known = ModelVersion.objects.filter(project=video.project_id, clip_embeddings__video=video).distinct()
    versions = sorted(known, key=lambda one: (one.state == ModelState.PRODUCTION, one.number))
    return versions[-1] if versions else None


def _mean_embedding(version: ModelVersion, video: Video, start_ms: int, end_ms: int) -> HalfVector:
    """The direction in which the clips of a stretch lie on average; of none, the nearest one."""
    of_video = ClipEmbedding.objects.filter(model_version=version, video=video)
    inside = of_video.filter(start_ms__lt=end_ms, end_ms__gt=start_ms).order_by("clip")
    ends = inside.order_by().aggregate(first=Min("clip"), last=Max("clip"), count=Count("pk"))
    if ends["count"] > QUERY_CLIPS:  # thinned before they are read: a day has nearly a hundred thousand
        every = 1 + (ends["last"] - ends["first"]) // QUERY_CLIPS
        inside = inside.filter(clip__in=range(ends["first"], ends["last"] + 1, every))
    found = list(inside.values_list("embedding", flat=True))
    if not found:
        nearest = of_video.order_by(Abs(F("start_ms") - start_ms))[:1]
        found = list(nearest.values_list("embedding", flat=True))
    mean = np.array(found, np.float32).mean(0)
    return HalfVector(mean / max(float(np.linalg.norm(mean)), 1e-6))
