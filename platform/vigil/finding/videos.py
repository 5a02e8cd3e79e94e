"""A project's videos as its page lists them: rows, counts of each filter's values, days, cameras."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Func, Max, OuterRef, QuerySet, Subquery, Sum, TextField
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext as _

from vigil.annotations.models import Outcome, Question, Segment
from vigil.finding.conditions import Conditions
from vigil.finding.filters import FACETS, OPEN_FACETS, VideoFilters
from vigil.predictions.models import PredictedSegment, Prediction
from vigil.videos.models import Video

VIDEOS_A_PAGE = 50
MOST_VALUES = 200
"""Cameras, and labels, that a filter offers."""
SPARK_WIDTH, SPARK_HEIGHT = 120, 24
PROGRESS = ("videos", "labelled", "asked")
"""Counted for each day and camera."""


@dataclass(frozen=True)
class Option:
    """One value of a filter, and how many videos it would leave."""

    value: str
    title: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    """One filter as the page offers it."""

    name: str
    title: str
    options: list[Option]

    @property
    def chosen(self) -> str:
        """The value that is on; empty for none."""
        return next((option.value for option in self.options if option.is_chosen), "")


@dataclass(frozen=True)
class Row:
    """A video with what its line or card shows."""

    video: Video
    peak: float | None
    spark: str
    """Points of an SVG polyline; empty without scores."""
    is_labelled: bool
    is_begun: bool
    questions_open: int


@dataclass(frozen=True)
class Day:
    """A day of the calendar."""

    day: date
    is_of_month: bool
    videos: int = 0
    labelled: int = 0
    asked: int = 0
    """Videos with open questions."""
    address: str = ""


@dataclass(frozen=True)
class Month:
    """A month of the calendar; weeks begin on Monday."""

    first: date
    weeks: list[list[Day]]
    before: str
    """Address of the month before that has a video; empty where there is none."""
    after: str
    undated: int
    """Videos that nobody knows the day of."""


@dataclass(frozen=True)
class Camera:
    """A group of videos with how far people are."""

    name: str
    videos: int
    labelled: int
    asked: int
    duration_ms: int
    last: Any
    address: str = ""

    @property
    def labelled_percent(self) -> int:
        return round(100 * self.labelled / self.videos)


def videos_page(*, conditions: Conditions, filters: VideoFilters, number: Any) -> "Page[int]":
    """The ids of one page of the videos that fit, in order; the rest is read for these only."""
    fitting = conditions.videos().filter(conditions.of(filters))
    return Paginator(_ordered(conditions, fitting, filters.order).values_list("pk", flat=True), VIDEOS_A_PAGE).get_page(
        number
    )


def _ordered(conditions: Conditions, videos: QuerySet[Video], order: str) -> QuerySet[Video]:
    if order == "score":
        of_video = Prediction.objects.filter(video=OuterRef("pk"), model_version=conditions.version)
        return videos.annotate(peak=Subquery(of_video.values("peak")[:1])).order_by(
            F("peak").desc(nulls_last=True), "name"
        )
    if order == "questions":
        return videos.annotate(open=_questions_open()).order_by("-open", "name")
    if order == "recorded":
        return videos.order_by(F("recorded_at").desc(nulls_last=True), "name")
    return videos.order_by(
        *{"duration": ("-duration_ms", "name"), "newest": ("-imported_at", "-pk")}.get(order, ("name",))
    )


def _questions_open() -> Coalesce:
    waiting = Question.objects.waiting().filter(video=OuterRef("pk")).order_by().values("video")
    return Coalesce(Subquery(waiting.annotate(count=Count("pk")).values("count")), 0)


def rows(*, conditions: Conditions, ids: Sequence[int]) -> list[Row]:
    """These videos with everything that a line shows, in this order."""
    found = conditions.videos().filter(pk__in=ids).annotate(questions_open=_questions_open())
    videos = {video.pk: video for video in found.prefetch_related("renditions")}
    scores = Prediction.objects.filter(video__in=ids, model_version=conditions.version)
    by_video = {row[0]: row[1:] for row in scores.values_list("video", "peak", "spark")}
    people = conditions.facets["labelled"]
    labelled, begun = (set(found.filter(people[name]).values_list("pk", flat=True)) for name in ("yes", "draft"))
    listed: list[Row] = []
    for pk in (pk for pk in ids if pk in videos):
        peak, spark = by_video.get(pk, (None, []))
        listed.append(
            Row(videos[pk], peak, spark_points(spark), pk in labelled, pk in begun, videos[pk].questions_open)
        )
    return listed


def facets(*, conditions: Conditions, filters: VideoFilters) -> list[Facet]:
    """Every filter with its values; each count says what choosing that value would leave."""
    counts = {
        f"{name}_{value}": Count("pk", filter=conditions.of(filters, leave_out=name) & condition)
        for name, values in conditions.facets.items()
        for value, condition in values.items()
    }
    found = conditions.videos().aggregate(**counts)
    fixed = [
        Facet(
            name,
            _(title),
            [
                Option(value, _(words), found[f"{name}_{value}"], getattr(filters, name) == value)
                for value, words in values.items()
            ],
        )
        for name, (title, values) in FACETS.items()
    ]
    return [*fixed, _cameras_offered(conditions, filters), _labels_offered(conditions, filters)]


def _cameras_offered(conditions: Conditions, filters: VideoFilters) -> Facet:
    fitting = conditions.videos().filter(conditions.of(filters, leave_out="camera")).exclude(group="")
    counts = dict(fitting.order_by("group").values_list("group").annotate(count=Count("pk"))[:MOST_VALUES])
    return _offered("camera", counts, filters.camera)


def _labels_offered(conditions: Conditions, filters: VideoFilters) -> Facet:
    """Labels with the number of videos that people, the model in production or the data set give them."""
    fitting = conditions.videos().filter(conditions.of(filters, leave_out="label"))
    inside = fitting.values("pk")
    said = Segment.objects.filter(annotation__video__in=inside, annotation__is_frozen_truth=False)
    said = said.filter(conditions.may_see)
    seen = PredictedSegment.objects.filter(prediction__video__in=inside, prediction__model_version=conditions.version)
    classes = Func("classes", function="jsonb_array_elements_text", output_field=TextField())
    pairs = (
        said.exclude(outcome=Outcome.REJECTED).order_by().values_list("label", "annotation__video"),
        seen.order_by().values_list("label", "prediction__video"),
        fitting.annotate(of_video=classes).order_by().values_list("of_video", "pk"),
    )
    counts: dict[str, int] = {}
    for label, _video in pairs[0].union(*pairs[1:]):
        counts[label] = counts.get(label, 0) + 1
    return _offered("label", dict(sorted(counts.items())[:MOST_VALUES]), filters.label)


def _offered(name: str, counts: dict[str, int], chosen: str) -> Facet:
    if chosen and chosen not in counts:
        counts = {**counts, chosen: 0}
    options = [Option(value, value, count, value == chosen) for value, count in counts.items()]
    return Facet(name, _(OPEN_FACETS[name]), options)


# ---------------------------------------------------------------- days and cameras


def month_shown(*, conditions: Conditions, filters: VideoFilters) -> Month:
    """The month that the filters name, or the last with a video; each day with its videos."""
    fitting = conditions.videos().filter(conditions.of(filters.without("month")))
    dated = fitting.exclude(recorded_at=None).annotate(day=TruncDate("recorded_at", tzinfo=UTC))
    per_day = dated.order_by("day").values("day").annotate(**_progress(conditions))
    by_day: dict[date, dict[str, int]] = {}
    for day, *counts in per_day.values_list("day", *PROGRESS):
        by_day[day] = dict(zip(PROGRESS, counts, strict=True))
    months = sorted({day.replace(day=1) for day in by_day})
    first = filters.month or (months[-1] if months else date.today().replace(day=1))
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    listed = filters.without("month", "day_from", "day_to")

    def shown(day: date) -> Day:
        found = by_day.get(day)
        address = replace(listed, view="list", day_from=day, day_to=day).address
        return (
            Day(day, day.month == first.month, **found, address=address)
            if found
            else Day(day, day.month == first.month)
        )

    before = [month for month in months if month < first]
    after = [month for month in months if month > first]
    return Month(
        first=first,
        weeks=[[shown(day) for day in week] for week in weeks],
        before=replace(filters, month=before[-1]).address if before else "",
        after=replace(filters, month=after[0]).address if after else "",
        undated=fitting.filter(recorded_at=None).count(),
    )


def cameras(*, conditions: Conditions, filters: VideoFilters) -> list[Camera]:
    """The cameras of the videos that fit, by name; what has none comes last."""
    fitting = conditions.videos().filter(conditions.of(filters))
    found = fitting.order_by("group").values("group").annotate(
        **_progress(conditions), duration_ms=Sum("duration_ms"), last=Max("recorded_at")
    )  # fmt: skip
    listed = [Camera(*row) for row in found.values_list("group", *PROGRESS, "duration_ms", "last")]
    named = [replace(one, address=replace(filters, view="list", camera=one.name).address) for one in listed if one.name]
    return [*named, *(one for one in listed if not one.name)]


def _progress(conditions: Conditions) -> dict[str, Count]:
    return {
        "videos": Count("pk"),
        "labelled": Count("pk", filter=conditions.facets["labelled"]["yes"]),
        "asked": Count("pk", filter=conditions.facets["questions"]["yes"]),
    }


def spark_points(peaks: Sequence[float]) -> str:
    """Scores in [0, 1] as the points of an SVG polyline; one alone still makes a line."""
    if not peaks:
        return ""
    line = [*peaks, *peaks] if len(peaks) == 1 else list(peaks)
    step = SPARK_WIDTH / (len(line) - 1)
    return " ".join(f"{i * step:.1f},{(1 - score) * (SPARK_HEIGHT - 2) + 1:.1f}" for i, score in enumerate(line))
