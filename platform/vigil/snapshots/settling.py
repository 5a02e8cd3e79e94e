"""Which statements training hears: what a reviewer rejected is left out, and so is what people contradict each other
about until a reviewer decides. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from vigil.review.disputes import is_missed
from vigil.review.models import ReviewVerdict
from vigil.snapshots.statements import Statement

JUDGING = {"segment", "rejected"}


@dataclass(frozen=True)
class Settled:
    """Statements that training may hear, and those that it may not."""

    kept: tuple[Statement, ...]
    left_out: tuple[Statement, ...]


def settled(statements: Iterable[Statement], watchers: Collection[int] = ()) -> Settled:
    """The statements without those that do not stand.

    A statement that a reviewer rejected is left out. Of one person's two judgements of the same model segment the later
    counts. Where one person accepts and another rejects it, the one that a reviewer approved counts; without a reviewer
    (or with both approved) it is a disagreement, and neither is heard. So is an event where somebody else, who watched
    all of the video (`watchers`), has nothing: it is left out until a reviewer approves it.
    """
    said = list(statements)
    kept: list[Statement] = []
    left_out: list[Statement] = []
    judged: dict[int, list[Statement]] = defaultdict(list)
    for one in said:
        if one.review == ReviewVerdict.REJECTED:
            left_out.append(one)
        elif one.kind in JUDGING and one.model_segment_id is not None:
            judged[one.model_segment_id].append(one)
        else:
            kept.append(one)
    for about_one in judged.values():
        heard = _agreed(_newest_of_each(about_one))
        kept += heard
        if not heard:
            left_out += about_one
    missed = _missed(kept, said, watchers)
    dropped = set(map(id, missed))
    return Settled(tuple(one for one in kept if id(one) not in dropped), (*left_out, *missed))


def _missed(kept: list[Statement], said: list[Statement], watchers: Collection[int]) -> list[Statement]:
    """Events that no reviewer approved and in which a watcher of the whole video has nothing: no event of theirs, no
    click and no yes."""
    seen: dict[int, list[tuple[int, int]]] = {user_id: [] for user_id in watchers}
    for one in said:
        if one.is_abnormal and one.user_id in seen:
            seen[one.user_id].append((one.start_ms, max(one.end_ms, one.start_ms + 1)))
    return [
        one
        for one in kept
        if one.kind == "segment" and not one.review and is_missed((one.start_ms, one.end_ms), one.user_id, seen)
    ]


def _newest_of_each(statements: list[Statement]) -> list[Statement]:
    """Without what a person said before they changed their mind."""
    newest: dict[int | None, Statement] = {}
    for one in sorted(statements, key=_said):
        newest[one.user_id] = one
    return [one for one in statements if one.kind == newest[one.user_id].kind]


def _agreed(statements: list[Statement]) -> list[Statement]:
    """All of them where they agree, else those that a reviewer approved, else none."""
    if len({one.kind for one in statements}) == 1:
        return statements
    approved = {one.kind for one in statements if one.review}
    return [one for one in statements if one.kind in approved] if len(approved) == 1 else []


def _said(statement: Statement) -> tuple[float, str]:
    return statement.said_at.timestamp() if statement.said_at else 0.0, statement.source
