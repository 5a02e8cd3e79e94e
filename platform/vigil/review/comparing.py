"""Who annotated the same videos, and how far each two of them agree: what the agreement pages show."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.urls import reverse

from vigil.accounts.models import User
from vigil.annotations.models import Annotation, AnnotationState, Outcome
from vigil.projects.models import Project
from vigil.review.agreement import Agreement, Match, Span, VideoAgreement, compared, summed
from vigil.review.double import blind_videos, is_blind_for, submitted_on
from vigil.videos.models import Video

WORST_SHOWN = 50
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

    video: Video
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

    first: Annotation
    second: Annotation
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
            (_name(annotation), [self._bar(span, is_matched) for span, is_matched in spans])
            for annotation, spans in ((self.first, firsts), (self.second, seconds))
        ]

    @property
    def ties(self) -> list[str]:
        """The points of a band between the lanes for each match."""
        return [self._tie(match) for match in self.agreement.matched]

    @property
    def unmatched(self) -> list[tuple[str, Span, str]]:
        """Who marked it, the segment, and where to look at it, in order of time."""
        firsts = [(_name(self.first), span) for span in self.agreement.only_first]
        seconds = [(_name(self.second), span) for span in self.agreement.only_second]
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


def pairs_of_video(*, video: Video, user: User) -> list[Pair] | None:
    """Each two people who submitted an annotation of the video; None while this person is blind to the others."""
    if is_blind_for(video=video, user=user):
        return None
    annotations = sorted(submitted_on(video=video).prefetch_related("segments"), key=_name)
    return [_pair(first, second, video.duration_ms) for first, second in combinations(annotations, 2)]


def project_agreement(*, project: Project, user: User) -> dict[str, Any]:
    """`pairs` of people with their figures and `videos`, those they agree least about first. Videos that this person
    is blind to are left out; `hidden` says how many."""
    hidden = blind_videos(project=project, user=user)
    submitted = Annotation.objects.filter(
        video__project=project, is_frozen_truth=False, state=AnnotationState.SUBMITTED
    ).exclude(video__in=hidden)
    by_video: dict[int, list[Annotation]] = defaultdict(list)
    for annotation in submitted.select_related("user", "video").prefetch_related("segments"):
        by_video[annotation.video_id].append(annotation)
    of_pair: dict[tuple[str, str], list[VideoAgreement]] = defaultdict(list)
    lines = []
    for annotations in by_video.values():
        for first, second in combinations(sorted(annotations, key=_name), 2):
            names = _name(first), _name(second)
            found = compared(_spans(first), _spans(second))
            of_pair[names].append(found)
            lines.append(VideoLine(first.video, *names, summed([found])))
    lines.sort(key=lambda line: (line.f1 is None, line.f1 or 0, line.video.name))
    pairs = [PairAgreement(*names, summed(found)) for names, found in sorted(of_pair.items())]
    return {"pairs": pairs, "videos": lines[:WORST_SHOWN], "videos_count": len(lines), "hidden": len(hidden)}


def _pair(first: Annotation, second: Annotation, duration_ms: int) -> Pair:
    found = compared(_spans(first), _spans(second))
    return Pair(first, second, found, summed([found]), duration_ms)


def _spans(annotation: Annotation) -> list[Span]:
    """What the person says happens; what they rejected of the model's is nothing they marked."""
    return [
        Span(str(one.key), one.start_ms, one.end_ms, one.label)
        for one in annotation.segments.all()
        if one.outcome != Outcome.REJECTED
    ]


def _name(annotation: Annotation) -> str:
    return annotation.user.get_username() if annotation.user else ""
