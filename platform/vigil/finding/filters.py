"""What a person narrowed the list of videos down to: a page's query string, through allow-lists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, Self

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

VIEWS = ("list", "cards", "calendar", "cameras")
ORDERS = {
    "name": gettext_noop("By name"),
    "score": gettext_noop("Highest score first"),
    "recorded": gettext_noop("Filmed last first"),
    "duration": gettext_noop("Longest first"),
    "newest": gettext_noop("Newest first"),
    "questions": gettext_noop("Most questions first"),
}
FACETS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "state": (
        gettext_noop("State"),
        {
            "ready": gettext_noop("Ready"),
            "working": gettext_noop("Being prepared"),
            "quarantined": gettext_noop("Quarantined"),
        },
    ),
    "labelled": (
        gettext_noop("People"),
        {"yes": gettext_noop("Labelled"), "draft": gettext_noop("Begun"), "no": gettext_noop("Not labelled")},
    ),
    "judged": (
        gettext_noop("Model says"),
        {
            "abnormal": gettext_noop("Abnormal"),
            "normal": gettext_noop("Normal"),
            "none": gettext_noop("Nothing yet"),
        },
    ),
    "questions": (gettext_noop("Questions"), {"yes": gettext_noop("Some open"), "no": gettext_noop("None open")}),
    "review": (
        gettext_noop("Review"),
        {
            "waiting": gettext_noop("Waits for review"),
            "sent_back": gettext_noop("Sent back"),
            "done": gettext_noop("Reviewed"),
        },
    ),
    "weak_label": (
        gettext_noop("Video label"),
        {
            "normal": gettext_noop("Normal"),
            "abnormal": gettext_noop("Abnormal"),
            "unknown": gettext_noop("Unknown"),
        },
    ),
    "split": (
        gettext_noop("Split"),
        {"train": gettext_noop("Training"), "val": gettext_noop("Validation"), "test": gettext_noop("Test")},
    ),
    "dated": (
        gettext_noop("Filmed"),
        {"yes": gettext_noop("At a known time"), "no": gettext_noop("Nobody knows when")},
    ),
}
"""Filters with few values: their titles, and the titles of their values."""
OPEN_FACETS = {"camera": gettext_noop("Camera"), "label": gettext_noop("Label")}
"""Filters whose values the project brings."""
TEXT_MAX = 200


@dataclass(frozen=True)
class Chip:
    """A filter that is on, in words, and the address without it."""

    text: str
    address: str


@dataclass(frozen=True)
class VideoFilters:
    """Unknown values are as if they were not given."""

    text: str = ""
    state: str = ""
    labelled: str = ""
    judged: str = ""
    questions: str = ""
    review: str = ""
    weak_label: str = ""
    split: str = ""
    dated: str = ""
    camera: str = ""
    label: str = ""
    day_from: date | None = None
    day_to: date | None = None
    score_from: float | None = None
    score_to: float | None = None
    order: str = "name"
    view: str = "list"
    month: date | None = None
    """First day of the month that the calendar shows; None: the last with a video."""

    @classmethod
    def of_query(cls, query: Any) -> Self:
        """The filters in a page's query string."""

        def one_of(name: str, allowed: Iterable[str], default: str = "") -> str:
            value = query.get(name, "")
            return value if value in allowed else default

        chosen = {name: one_of(name, values) for name, (_title, values) in FACETS.items()}
        return cls(
            text=_plain(query.get("q", "")),
            camera=_plain(query.get("camera", "")),
            label=_plain(query.get("label", "")),
            day_from=_day(query.get("day_from", "")),
            day_to=_day(query.get("day_to", "")),
            score_from=_share(query.get("score_from", "")),
            score_to=_share(query.get("score_to", "")),
            order=one_of("sort", ORDERS, "name"),
            view=one_of("view", VIEWS, "list"),
            month=_month(query.get("month", "")),
            **chosen,
        )

    @property
    def address(self) -> str:
        """The query string that brings these filters back; with a `?`."""
        query = QueryDict(mutable=True)
        plain = VideoFilters()
        for name in (field.name for field in fields(self)):
            value = getattr(self, name)
            if value != getattr(plain, name):
                query[{"text": "q", "order": "sort"}.get(name, name)] = _written(name, value)
        return f"?{query.urlencode()}"

    def without(self, *names: str) -> "VideoFilters":
        """These filters with some of them off."""
        plain = VideoFilters()
        return replace(self, **{name: getattr(plain, name) for name in names})

    @property
    def chips(self) -> list[Chip]:
        """What is on, in the order of the page."""
        chips = [(self.text and f"“{self.text}”", "text")]
        for name, (title, values) in FACETS.items():
            value = getattr(self, name)
            chips.append((value and f"{_(title)}: {_(values[value])}", name))
        chips += [
            (getattr(self, name) and f"{_(title)}: {getattr(self, name)}", name) for name, title in OPEN_FACETS.items()
        ]
        told = [Chip(text, self.without(name).address) for text, name in chips if text]
        if self.day_from or self.day_to:
            told.append(Chip(_span(self.day_from, self.day_to), self.without("day_from", "day_to").address))
        if self.score_from is not None or self.score_to is not None:
            low, high = self.score_from or 0, 1 if self.score_to is None else self.score_to
            words = _("Highest score: %(low)s to %(high)s") % {"low": f"{low:g}", "high": f"{high:g}"}
            told.append(Chip(words, self.without("score_from", "score_to").address))
        return told

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is on; order and view are none."""
        return self.without("order", "view", "month") != VideoFilters()

    @property
    def day_after(self) -> date | None:
        """The first day that is too late."""
        return self.day_to + timedelta(days=1) if self.day_to and self.day_to < date.max else None


def _plain(text: str) -> str:
    return text.replace("\x00", "").strip()[:TEXT_MAX]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _month(text: str) -> date | None:
    day = _day(f"{text}-01")
    return day if day and 1900 < day.year < 2900 else None


def _share(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None


def _written(name: str, value: Any) -> str:
    return f"{value:%Y-%m}" if name == "month" else str(value)


def _span(first: date | None, last: date | None) -> str:
    if first and last and first == last:
        return _("Filmed: %(day)s") % {"day": first}
    if first and last:
        return _("Filmed: %(first)s to %(last)s") % {"first": first, "last": last}
    if first:
        return _("Filmed: since %(first)s") % {"first": first}
    return _("Filmed: up to %(last)s") % {"last": last}
