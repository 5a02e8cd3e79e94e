"""Which statements training hears: what a reviewer rejected is left out, and so is what people contradict each other
about until a reviewer decides. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from vigil.review.models import ReviewVerdict
from vigil.snapshots.statements import Statement

JUDGING = {"segment", "rejected"}


@dataclass(frozen=True)
class Settled:
    """Statements that training may hear, and those that it may not."""

    kept: tuple[Statement, ...]
    left_out: tuple[Statement, ...]


def settled(statements: Iterable[Statement]) -> Settled:
    """The statements without those that do not stand.

    A statement that a reviewer rejected is left out. Of one person's two judgements of the same model segment the later
    counts. Where one person accepts and another rejects it, the one that a reviewer approved counts; without a reviewer
    (or with both approved) it is a disagreement, and neither is heard.
    """
    kept: list[Statement] = []
    left_out: list[Statement] = []
    judged: dict[int, list[Statement]] = defaultdict(list)
    for one in statements:
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
    return Settled(tuple(kept), tuple(left_out))


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
