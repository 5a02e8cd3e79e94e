"""How long a person takes from seeing to tapping, measured by their own taps against edges that people checked."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from vigil.accounts.models import User
from vigil.annotations.models import Annotation, AnnotationState, Answer, Outcome, QuestionKind, Segment
from vigil.projects.models import Project

PRIOR_MS = 350
"""Until enough taps are known: a simple reaction to something seen that one waits for, with the press itself."""
FEWEST_TAPS = 5
NEWEST_ANSWERS = 200
SHORTEST_MS, LONGEST_MS = 80, 1500
"""A tap sooner or later than this after an edge, in real time, was no reaction to it."""


@dataclass(frozen=True)
class Reaction:
    """What is taken off a tap, in real time, and from how many taps it is known; 0 taps: the prior."""

    reaction_ms: int
    taps: int


@dataclass(frozen=True)
class Taps:
    """The moments of one glance as they are stored, and what was taken off them."""

    video_id: int
    moments_ms: Sequence[int]
    speed: float
    reaction_ms: int


def reaction_of(*, user: User, project: Project) -> Reaction:
    """The median delay of the person's newest glances in the project after the starts of submitted segments."""
    glances = Answer.objects.filter(
        user=user,
        kind=QuestionKind.GLANCE,
        withdrawn_at=None,
        question__video__project=project,
        payload__has_key="reaction_ms",
    ).order_by("-pk")[:NEWEST_ANSWERS]
    taps = [
        Taps(video_id, payload["moments_ms"], payload["speed"], payload["reaction_ms"])
        for video_id, payload in glances.values_list("question__video_id", "payload")
    ]
    delays = delays_ms(taps, _verified_starts({one.video_id for one in taps}))
    if len(delays) < FEWEST_TAPS:
        return Reaction(PRIOR_MS, 0)
    return Reaction(round(median(delays)), len(delays))


def delays_ms(taps: Iterable[Taps], starts_ms: Mapping[int, Sequence[int]]) -> list[float]:
    """Real time from the last start before each tap to the tap; what was no reaction to a start is left out."""
    delays = []
    for one in taps:
        starts = sorted(starts_ms.get(one.video_id, ()))
        for moment_ms in one.moments_ms:
            tapped_ms = moment_ms + one.reaction_ms * one.speed
            before = bisect_right(starts, tapped_ms)
            if before and SHORTEST_MS <= (delay := (tapped_ms - starts[before - 1]) / one.speed) <= LONGEST_MS:
                delays.append(delay)
    return delays


def _verified_starts(video_ids: Iterable[int]) -> dict[int, list[int]]:
    """Where events begin, as people submitted it. A frozen truth of the test split is not looked at."""
    submitted = Annotation.objects.filter(
        video_id__in=video_ids, state=AnnotationState.SUBMITTED, is_frozen_truth=False
    )
    kept = Segment.objects.filter(annotation__in=submitted).exclude(outcome=Outcome.REJECTED)
    starts: dict[int, list[int]] = defaultdict(list)
    for video_id, start_ms in kept.order_by().values_list("annotation__video_id", "start_ms"):
        starts[video_id].append(start_ms)
    return starts
