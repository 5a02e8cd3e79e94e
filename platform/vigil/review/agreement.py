"""How far two people agree about the same videos: which segments match, how much edges and labels differ. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean, median

from vigil.videos.intervals import temporal_iou

THRESHOLDS = (0.3, 0.5, 0.7)
MATCHED_AT = THRESHOLDS[0]
"""Two segments are about the same event from this temporal IoU on."""
MOST_PAIRS = 100_000
"""Overlapping pairs of segments looked at in one video: beyond that a page would wait for minutes."""


@dataclass(frozen=True)
class Span:
    """One segment that a person left standing."""

    key: str
    start_ms: int
    end_ms: int
    label: str


@dataclass(frozen=True)
class Match:
    """One event that both people marked."""

    first: Span
    second: Span
    tiou: float

    @property
    def start_offset_ms(self) -> int:
        """How much later the second person lets it begin."""
        return self.second.start_ms - self.first.start_ms

    @property
    def end_offset_ms(self) -> int:
        """How much later the second person lets it end."""
        return self.second.end_ms - self.first.end_ms

    @property
    def has_same_label(self) -> bool:
        return self.first.label == self.second.label


@dataclass(frozen=True)
class VideoAgreement:
    """Two people's segments of one video, side by side."""

    matched: tuple[Match, ...]
    only_first: tuple[Span, ...]
    only_second: tuple[Span, ...]

    @property
    def firsts(self) -> int:
        return len(self.matched) + len(self.only_first)

    @property
    def seconds(self) -> int:
        return len(self.matched) + len(self.only_second)


@dataclass(frozen=True)
class LabelAgreement:
    """One label: how often each used it, and how often both did for the same event."""

    label: str
    firsts: int
    seconds: int
    agreed: int

    @property
    def f1(self) -> float:
        return 2 * self.agreed / (self.firsts + self.seconds)


@dataclass(frozen=True)
class Agreement:
    """Two people over any number of videos. A figure is None where there is nothing to take it from."""

    videos: int
    empty_for_both: int
    """Videos in which neither marked anything."""
    firsts: int
    seconds: int
    matched: int
    f1: dict[float, float | None]
    """By temporal IoU threshold."""
    mean_tiou: float | None
    mean_start_ms: float | None
    median_start_ms: float | None
    mean_end_ms: float | None
    median_end_ms: float | None
    same_label: float | None
    """Share of the matched segments with one label."""
    kappa: float | None
    """Cohen's kappa of the labels of matched segments; None too where only one label was ever used."""
    labels: tuple[LabelAgreement, ...]


Turn = tuple[float, int, int, int, int]


def compared(first: Iterable[Span], second: Iterable[Span]) -> VideoAgreement | None:
    """The segments matched one to one, the pair with the highest temporal IoU first, each in order of time.

    None where more than `MOST_PAIRS` of them overlap.
    """
    ours, theirs = sorted(first, key=_place), sorted(second, key=_place)
    taken_ours: set[int] = set()
    taken_theirs: set[int] = set()
    matched = []
    pairs = _overlaps(ours, theirs)
    if pairs is None:
        return None
    for turn, i, j in sorted(pairs):
        if i not in taken_ours and j not in taken_theirs:
            taken_ours.add(i)
            taken_theirs.add(j)
            matched.append(Match(ours[i], theirs[j], -turn[0]))
    return VideoAgreement(
        matched=tuple(sorted(matched, key=lambda match: _place(match.first))),
        only_first=tuple(span for i, span in enumerate(ours) if i not in taken_ours),
        only_second=tuple(span for j, span in enumerate(theirs) if j not in taken_theirs),
    )


def _turn(a: Span, b: Span, tiou: float) -> Turn:
    """Order of two spans as a pair: best first, else earliest, whichever of the two is named first."""
    (early, late), (short, long) = sorted((a.start_ms, b.start_ms)), sorted((a.end_ms, b.end_ms))
    return -tiou, early, late, short, long


def _overlaps(ours: Sequence[Span], theirs: Sequence[Span]) -> list[tuple[Turn, int, int]] | None:
    """Every pair that could match, with its turn and by place; None where there are too many to look at. Both lists
    are in order of their starts."""
    pairs: list[tuple[Turn, int, int]] = []
    looked_at = 0
    running: list[int] = []
    following = 0
    for i, span in enumerate(ours):
        while following < len(theirs) and theirs[following].start_ms < span.end_ms:
            running.append(following)
            following += 1
        # A later span of ours begins no earlier, so what has ended by now is never met again.
        running = [j for j in running if theirs[j].end_ms > span.start_ms]
        looked_at += len(running)
        if looked_at > MOST_PAIRS:
            return None
        for j in running:
            tiou = temporal_iou(span, theirs[j])
            if tiou >= MATCHED_AT:
                pairs.append((_turn(span, theirs[j], tiou), i, j))
    return pairs


def summed(videos: Sequence[VideoAgreement]) -> Agreement:
    """The figures over all the videos together."""
    matched = [match for video in videos for match in video.matched]
    firsts, seconds = sum(video.firsts for video in videos), sum(video.seconds for video in videos)
    starts, ends = [match.start_offset_ms for match in matched], [match.end_offset_ms for match in matched]
    return Agreement(
        videos=len(videos),
        empty_for_both=sum(video.firsts == video.seconds == 0 for video in videos),
        firsts=firsts,
        seconds=seconds,
        matched=len(matched),
        f1={threshold: _f1(matched, threshold, firsts + seconds) for threshold in THRESHOLDS},
        mean_tiou=mean(match.tiou for match in matched) if matched else None,
        mean_start_ms=mean(starts) if starts else None,
        median_start_ms=median(starts) if starts else None,
        mean_end_ms=mean(ends) if ends else None,
        median_end_ms=median(ends) if ends else None,
        same_label=mean(match.has_same_label for match in matched) if matched else None,
        kappa=cohens_kappa([(match.first.label, match.second.label) for match in matched]),
        labels=_by_label(videos),
    )


def _f1(matched: Sequence[Match], threshold: float, marked: int) -> float | None:
    return 2 * sum(match.tiou >= threshold for match in matched) / marked if marked else None


def cohens_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Agreement of two people's labels beyond chance (Cohen, 1960): (observed - expected) / (1 - expected)."""
    if not pairs:
        return None
    observed = sum(a == b for a, b in pairs) / len(pairs)
    ours, theirs = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(count * theirs[label] for label, count in ours.items()) / len(pairs) ** 2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def _by_label(videos: Sequence[VideoAgreement]) -> tuple[LabelAgreement, ...]:
    firsts: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    for video in videos:
        firsts.update(match.first.label for match in video.matched)
        firsts.update(span.label for span in video.only_first)
        seconds.update(match.second.label for match in video.matched)
        seconds.update(span.label for span in video.only_second)
        agreed.update(match.first.label for match in video.matched if match.has_same_label)
    return tuple(
        LabelAgreement(label, firsts[label], seconds[label], agreed[label]) for label in sorted({*firsts, *seconds})
    )


def _place(span: Span) -> tuple[int, int, str]:
    return span.start_ms, span.end_ms, span.key
