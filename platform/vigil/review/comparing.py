"""Who annotated the same videos, and how far each two of them agree: what the agreement pages show."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.core.paginator import Paginator
from django.urls import reverse

from vigil.accounts.models import User
from vigil.projects.models import Project
from vigil.review.agreement import Agreement, Match, Span, VideoAgreement, compared, summed
from vigil.review.double import blind_videos, is_blind_for
from vigil.review.handed_in import HandedIn, doubly_annotated, handed_in
from vigil.videos.models import Video

LINES_A_PAGE = 50
MOST_VIDEOS = 2_000
"""Compared for one page, the newest: about two seconds of work."""
WIDTH = 1000
"""Of the strip's drawing, which the page stretches."""
NARROWEST = 2.0


@dataclass(frozen=True)
class PairAgreement:
    """Two people, by name, and their figures over what both annotated."""

    first: str
    second: str
    figures: Agreement


@dataclass(frozen=True)
class VideoLine:
    """One video that two people annotated; `f1` at 0.5, None where both found nothing."""

    video_id: int
    first: str
    second: str
    figures: Agreement

    @property
    def f1(self) -> float | None:
        return self.figures.f1[0.5]


@dataclass(frozen=True)
class Bar:
    """One segment in the strip, in the units of its drawing."""

    x: float
    width: float
    span: Span
    is_matched: bool
    url: str


@dataclass(frozen=True)
class Pair:
    """Two people's annotations of one video."""

    first: HandedIn
    second: HandedIn
    agreement: VideoAgreement
    figures: Agreement
    duration_ms: int

    @property
    def lanes(self) -> list[tuple[str, list[Bar]]]:
        """Name and bars of each person, for the strip."""
        matched = self.agreement.matched
        firsts = [(match.first, True) for match in matched] + [(one, False) for one in self.agreement.only_first]
        seconds = [(match.second, True) for match in matched] + [(one, False) for one in self.agreement.only_second]
        return [
            (person.who, [self._bar(span, is_matched) for span, is_matched in spans])
            for person, spans in ((self.first, firsts), (self.second, seconds))
        ]

    @property
    def ties(self) -> list[str]:
        """The points of a band between the lanes for each match."""
        return [self._tie(match) for match in self.agreement.matched]

    @property
    def unmatched(self) -> list[tuple[str, Span, str]]:
        """Who marked it, the segment, and where to look at it, in order of time."""
        firsts = [(self.first.who, span) for span in self.agreement.only_first]
        seconds = [(self.second.who, span) for span in self.agreement.only_second]
        ordered = sorted(firsts + seconds, key=lambda one: one[1].start_ms)
        return [(who, span, self.url_at(span.start_ms)) for who, span in ordered]

    @property
    def matches(self) -> list[tuple[Match, str]]:
        return [(match, self.url_at(match.first.start_ms)) for match in self.agreement.matched]

    def url_at(self, at_ms: int) -> str:
        """The workbench at a moment of the video."""
        return f"{reverse('workbench', args=[self.first.video_id])}?at={at_ms}"

    def _x(self, time_ms: int) -> float:
        return WIDTH * time_ms / max(1, self.duration_ms)

    def _bar(self, span: Span, is_matched: bool) -> Bar:
        x = self._x(span.start_ms)
        return Bar(x, max(NARROWEST, self._x(span.end_ms) - x), span, is_matched, self.url_at(span.start_ms))

    def _tie(self, match: Match) -> str:
        above, below = match.first, match.second
        corners = [(above.start_ms, 24), (above.end_ms, 24), (below.end_ms, 40), (below.start_ms, 40)]
        return " ".join(f"{self._x(time_ms):.1f},{y}" for time_ms, y in corners)


@dataclass(frozen=True)
class VideoPairs:
    """Each two people of one video, and those whose segments overlap too much to be compared."""

    pairs: list[Pair]
    uncompared: list[tuple[HandedIn, HandedIn]]


def pairs_of_video(*, video: Video, user: User) -> VideoPairs | None:
    """Each two people who submitted an annotation of the video; None while this person is blind to the others.

    Compared is what each submitted first, before they could see what the other had said.
    """
    if is_blind_for(video=video, user=user):
        return None
    pairs, uncompared = [], []
    for people in handed_in(video_ids=[video.pk]):
        for first, second in combinations(people, 2):
            found = compared(first.spans, second.spans)
            if found is None:
                uncompared.append((first, second))
            else:
                pairs.append(Pair(first, second, found, summed([found]), video.duration_ms))
    return VideoPairs(pairs, uncompared)


def project_agreement(*, project: Project, user: User, number: Any = 1) -> dict[str, Any]:
    """`pairs` of people with their figures and a `page` of videos, those they agree least about first.

    Videos that this person is blind to are left out; `hidden` says how many. So are those beyond the newest
    `MOST_VIDEOS`, `older`, and those with too many overlapping segments to compare, `uncompared`.
    """
    hidden = blind_videos(project=project, user=user)
    doubled = doubly_annotated(project=project, hidden=hidden)
    of_pair: dict[tuple[str, str], list[VideoAgreement]] = defaultdict(list)
    lines: list[VideoLine] = []
    uncompared: set[int] = set()
    for people in handed_in(video_ids=doubled[:MOST_VIDEOS]):
        for first, second in combinations(people, 2):
            found = compared(first.spans, second.spans)
            if found is None:
                uncompared.add(first.video_id)
                continue
            of_pair[first.who, second.who].append(found)
            lines.append(VideoLine(first.video_id, first.who, second.who, summed([found])))
    lines.sort(key=lambda line: (line.f1 is None, line.f1 or 0, line.video_id))
    page = Paginator(lines, LINES_A_PAGE).get_page(number)
    return {
        "pairs": [PairAgreement(*names, summed(found)) for names, found in sorted(of_pair.items())],
        "page": page,
        "videos": _named(list(page)),
        "hidden": len(hidden),
        "older": max(0, len(doubled) - MOST_VIDEOS),
        "uncompared": len(uncompared),
    }


def _named(lines: Sequence[VideoLine]) -> list[tuple[str, VideoLine]]:
    """Each line with the name of its video."""
    videos = Video.objects.filter(pk__in={line.video_id for line in lines})
    names = dict(videos.values_list("pk", "name"))
    return [(names[line.video_id], line) for line in lines if line.video_id in names]
