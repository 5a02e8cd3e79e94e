"""Moments as pages and the API show them: where, how they look, and the address that opens them."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from vigil.predictions.similar import Moment, moments_like
from vigil.videos.models import Video
from vigil.videos.selectors import rendition_urls


def similar_contents(*, video: Video, start_ms: int, end_ms: int) -> dict[str, Any]:
    """The answer of `GET /api/videos/{id}/similar`."""
    version, moments = moments_like(video=video, start_ms=start_ms, end_ms=max(end_ms, start_ms + 1))
    return {"model": version.name if version else None, "moments": _bodies(video.project_id, moments)}


def moment_url(video_id: int, at_ms: int) -> str:
    """The workbench at a moment of a video."""
    return f"{reverse('workbench', args=[video_id])}?at={at_ms}"


def _bodies(project_id: int, moments: Sequence[Moment]) -> list[dict[str, Any]]:
    shown = Video.objects.filter(project=project_id, pk__in={moment.video_id for moment in moments})
    videos = {video.pk: video for video in shown.prefetch_related("renditions")}
    return [_body(videos[moment.video_id], moment) for moment in moments if moment.video_id in videos]


def _body(video: Video, moment: Moment) -> dict[str, Any]:
    urls = rendition_urls(video)
    return {
        "video_id": video.pk,
        "video_name": video.name,
        "start_ms": moment.start_ms,
        "end_ms": min(moment.end_ms, video.duration_ms),
        "similarity": round(moment.similarity, 3),
        "poster_url": urls["poster_url"],
        "filmstrip": urls["filmstrip"],
        "url": moment_url(video.pk, moment.start_ms),
    }
