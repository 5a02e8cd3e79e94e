"""What changed on each segment between the revisions of an annotation. Pure: documents come in, changes go out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

Segment = Mapping[str, Any]
SAME_GO = timedelta(minutes=5)
"""Autosave writes a revision after each rest: the same kind of change to a segment this soon after is the same one."""
KINDS = {
    "moved": ("start_ms", "end_ms"),
    "relabelled": ("label",),
    "reworded": ("explanation",),
    "judged": ("outcome",),
    "talked": ("dialogue",),
}
LATER_FIELDS: Segment = {"dialogue": [], "draft_id": None}
"""What segments of revisions from before there were dialogues and drafts do not have."""


@dataclass(frozen=True)
class SavedDocument:
    """One revision of an annotation."""

    number: int
    document: Mapping[str, Any]
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True)
class Change:
    """What one person did to one segment in one go; `before` is None where it was new, `after` where it went."""

    segment_key: str
    revision: int
    saved_by: str
    saved_at: datetime
    kinds: tuple[str, ...]
    before: Segment | None
    after: Segment | None


def kinds_of(before: Segment | None, after: Segment | None) -> tuple[str, ...]:
    """In words of the history panel: what is different. Nothing where both are the same."""
    if before is None and after is None:
        return ()
    if before is None:
        return ("added",)
    if after is None:
        return ("removed",)
    was, now = {**LATER_FIELDS, **before}, {**LATER_FIELDS, **after}
    return tuple(kind for kind, names in KINDS.items() if any(was.get(n) != now.get(n) for n in names))


def changes_between(before: Mapping[str, Any], after: SavedDocument) -> list[Change]:
    """The changes that one save made, in order of time in the video."""
    was = {str(one["key"]): one for one in before.get("segments", [])}
    now = {str(one["key"]): one for one in after.document.get("segments", [])}
    changes = []
    for key in {**was, **now}:
        kinds = kinds_of(was.get(key), now.get(key))
        if kinds:
            change = Change(key, after.number, after.saved_by, after.saved_at, kinds, was.get(key), now.get(key))
            changes.append(change)
    return sorted(changes, key=_place)


def changes_of(revisions: Iterable[SavedDocument], before: Mapping[str, Any] | None = None) -> list[Change]:
    """Every change that the revisions (oldest first) made, oldest first, what was done in one go joined.

    `before` is the document that the first of them builds on; None where it is the very first.
    """
    document: Mapping[str, Any] = before or {}
    changes: list[Change | None] = []
    last: dict[str, int] = {}
    for revision in revisions:
        for change in changes_between(document, revision):
            at = last.get(change.segment_key)
            earlier = changes[at] if at is not None else None
            if at is not None and earlier is not None and _is_same_go(earlier, change):
                changes[at] = None
                change = _joined(earlier, change)
            if change.kinds:
                last[change.segment_key] = len(changes)
                changes.append(change)
            else:
                last.pop(change.segment_key, None)
        document = revision.document
    return [change for change in changes if change is not None]


def _is_same_go(earlier: Change, later: Change) -> bool:
    is_soon = later.saved_at - earlier.saved_at <= SAME_GO
    return earlier.saved_by == later.saved_by and is_soon and set(later.kinds) <= set(earlier.kinds)


def _joined(earlier: Change, later: Change) -> Change:
    return replace(later, before=earlier.before, kinds=kinds_of(earlier.before, later.after))


def _place(change: Change) -> tuple[int, str]:
    segment = change.after or change.before or {}
    return int(segment.get("start_ms", 0)), change.segment_key
