"""Where people contradict each other about a video and no reviewer has decided. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Interval = tuple[int, int]


@dataclass(frozen=True)
class Judgement:
    """What one person made of one place: an event, or none."""

    user_id: int | None
    start_ms: int
    end_ms: int
    is_event: bool
    model_segment_id: int | None
    verdict: str
    """The reviewer's that stands; empty without one."""


def is_missed(event: Interval, author: int | None, seen: Mapping[int, Sequence[Interval]]) -> bool:
    """Whether somebody else who watched all of the video has nothing at all in the event.

    `seen`: of each person who watched all of it, what they saw happen.
    """
    start_ms, end_ms = event
    return any(
        user_id != author and not any(start < end_ms and start_ms < end for start, end in places)
        for user_id, places in seen.items()
    )


def is_unsettled(judgements: Iterable[Judgement], watchers: Iterable[int]) -> bool:
    """Whether a reviewer rejected something, or an event that no reviewer approved is denied by somebody else: the
    same proposal rejected, or all of the video watched and nothing seen there."""
    said = list(judgements)
    seen: dict[int, list[Interval]] = {user_id: [] for user_id in watchers}
    about: dict[int, list[Judgement]] = defaultdict(list)
    for one in said:
        if one.is_event and one.user_id in seen:
            seen[one.user_id].append((one.start_ms, one.end_ms))
        if one.model_segment_id is not None:
            about[one.model_segment_id].append(one)
    return (
        any(one.verdict == "rejected" for one in said)
        or any(_is_contradicted(proposal) for proposal in about.values())
        or any(
            one.is_event and not one.verdict and is_missed((one.start_ms, one.end_ms), one.user_id, seen)
            for one in said
        )
    )


def _is_contradicted(about_one: Sequence[Judgement]) -> bool:
    if len({one.is_event for one in about_one}) == 1:
        return False
    return len({one.is_event for one in about_one if one.verdict}) != 1
