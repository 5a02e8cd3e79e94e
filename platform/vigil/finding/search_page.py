"""What the search page shows for its query string."""

from dataclasses import dataclass, fields
from typing import Any, Self

from django.http import QueryDict
from django.utils.translation import gettext as _

from vigil.annotations.selectors import label_names
from vigil.finding.moments import moment_url
from vigil.finding.search import HITS_A_PAGE, SOURCES, Hits, sentences_found
from vigil.predictions.similar import moments_like
from vigil.projects.models import Project
from vigil.registry.selectors import production_model
from vigil.videos.models import Video

TEXT_MAX = 200
MOST_PAGES = 100


@dataclass(frozen=True)
class SearchAsked:
    """The query string of the search page; unknown values are as if they were not given."""

    text: str = ""
    source: str = ""
    label: str = ""
    page: int = 1
    like: int = 0
    """A video, from `start_ms` to `end_ms` of which others like it are wanted; 0 for none."""
    start_ms: int = 0
    end_ms: int = 0

    @classmethod
    def of_query(cls, query: Any) -> Self:
        """The allow-listed parameters of a page's query string."""
        source = query.get("source", "")
        return cls(
            text=query.get("q", "").replace("\x00", "").strip()[:TEXT_MAX],
            source=source if source in SOURCES else "",
            label=query.get("label", "").replace("\x00", "").strip()[:TEXT_MAX],
            page=min(MOST_PAGES, _number(query.get("page", "")) or 1),
            like=_number(query.get("like", "")),
            start_ms=_number(query.get("start_ms", "")),
            end_ms=_number(query.get("end_ms", "")),
        )

    def address(self, **changes: Any) -> str:
        """This search with some things changed, as a query string."""
        query, plain = QueryDict(mutable=True), SearchAsked()
        for name in (field.name for field in fields(self)):
            value = changes.get(name, getattr(self, name))
            if value != getattr(plain, name):
                query["q" if name == "text" else name] = str(value)
        return f"?{query.urlencode()}"


def search_shown(*, project: Project, user: Any, asked: SearchAsked) -> dict[str, Any]:
    """The context of the page."""
    model = production_model(project=project)
    shown: dict[str, Any] = {
        "project": project,
        "active_tab": "search",
        "asked": asked,
        "labels": label_names(project=project),
    }
    if asked.like:
        return shown | _alike(project, asked)
    first = (asked.page - 1) * HITS_A_PAGE
    found = sentences_found(
        project=project,
        user=user,
        model=model,
        text=asked.text,
        sources=[asked.source] if asked.source else [],
        label=asked.label,
        first=first,
    )
    return shown | {
        "found": found,
        "sources": _sources(asked, found),
        "hits": _with_videos(project, found),
        "first": first + 1,
        "last": first + len(found.hits),
        "before": asked.address(page=asked.page - 1) if asked.page > 1 else "",
        "after": asked.address(page=asked.page + 1) if first + len(found.hits) < found.found else "",
    }


def _sources(asked: SearchAsked, found: Hits) -> list[dict[str, Any]]:
    """The sources to choose from; numbers only where all were searched."""
    every = {"title": _("Everything"), "address": asked.address(source="", page=1), "is_chosen": not asked.source}
    rest = [
        {
            "title": _(title),
            "count": found.counts.get(source, 0) if asked.source in ("", source) else None,
            "address": asked.address(source=source, page=1),
            "is_chosen": asked.source == source,
        }
        for source, title in SOURCES.items()
    ]
    return [every, *rest]


def _with_videos(project: Project, found: Hits) -> list[dict[str, Any]]:
    videos = _videos(project, {hit.video_id for hit in found.hits})
    return [
        {"hit": hit, "video": videos[hit.video_id], "address": moment_url(hit.video_id, hit.start_ms)}
        for hit in found.hits
        if hit.video_id in videos
    ]


def _alike(project: Project, asked: SearchAsked) -> dict[str, Any]:
    video = project.videos.filter(pk=asked.like).first()
    if video is None:
        return {"like": None, "moments": []}
    model, moments = moments_like(
        video=video, start_ms=asked.start_ms, end_ms=max(asked.end_ms, asked.start_ms + 1), most=24
    )
    videos = _videos(project, {moment.video_id for moment in moments})
    return {
        "like": video,
        "like_address": moment_url(video.pk, asked.start_ms),
        "like_model": model,
        "moments": [
            {"moment": one, "video": videos[one.video_id], "address": moment_url(one.video_id, one.start_ms)}
            for one in moments
        ],
    }


def _videos(project: Project, ids: set[int]) -> dict[int, Video]:
    found = Video.objects.filter(project=project, pk__in=ids).prefetch_related("renditions")
    return {video.pk: video for video in found}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 10 else 0
