"""What an answer says: yes or no, and from when to when. Works on any model's text, ours or a large one's."""

from __future__ import annotations

import re
from dataclasses import dataclass

_YES_OR_NO = re.compile(r"^\W*(?:(?:(yes)|no)\b|(是|有)|否|不|没)", re.IGNORECASE)
_UNIT = r"(ms|milliseconds?|毫秒|minutes?|min|分钟|分|seconds?|secs?|s|秒)?"
_TIME = rf"(?:(\d+):)?(?:(\d+):)?(\d+(?:\.\d+)?)\s*{_UNIT}"
_BETWEEN = r"\s*(?:to|until|till|and|-|–|—|持续到|到|至|和)\s*"
_INTERVAL = re.compile(rf"(?<![\d.:]){_TIME}{_BETWEEN}{_TIME}(?![\d:])", re.IGNORECASE)
_OPENING = re.compile(r"(?:from|between|at|,|and|\(|\[|从|在|于|，|、|和|^)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class ParsedAnswer:
    """The checkable part of an answer."""

    is_abnormal: bool | None
    """None when the text says neither yes nor no."""
    intervals: tuple[tuple[int, int], ...]
    """[start_ms, end_ms) in order of mention; reversed or empty ones are left out."""


def parse_answer(text: str) -> ParsedAnswer:
    """Yes or no, and the intervals of "from 8.6s to 11.3s and 33.3s to 36.8s", "0:12 - 1:05", "从1.5秒到2秒"."""
    verdict = _YES_OR_NO.match(text)
    is_abnormal = None if verdict is None else bool(verdict[1] or verdict[2])
    intervals = []
    for found in _INTERVAL.finditer(text):
        if not _reads_as_interval(text, found):
            continue
        start_ms = _milliseconds(found.groups()[0:4], unit_of_other=found[8])
        end_ms = _milliseconds(found.groups()[4:8], unit_of_other=found[4])
        if start_ms < end_ms:
            intervals.append((start_ms, end_ms))
    return ParsedAnswer(is_abnormal, tuple(intervals))


def _reads_as_interval(text: str, found: re.Match[str]) -> bool:
    """ "2 to 3 people" is no interval: there must be a unit or a clock, or a word that opens an interval."""
    has_unit = any(found[group] is not None for group in (1, 2, 4, 5, 6, 8))
    return has_unit or (
        _OPENING.search(text[: found.start()]) is not None
        and re.match(r"\s*([.,;)\]。，；、]|$)", text[found.end() :]) is not None
    )


def _milliseconds(parts: tuple[str | None, ...], unit_of_other: str | None) -> int:
    first, second, last, unit = parts
    colons = [int(part) for part in (first, second) if part is not None]
    value = float(last or 0)
    if colons:
        for part, factor in zip(reversed(colons), (60, 3600), strict=False):
            value += part * factor
        return round(value * 1000)
    unit = (unit or unit_of_other or "s").lower()
    if unit.startswith(("ms", "milli", "毫")):
        return round(value)
    return round(value * (60_000 if unit.startswith(("min", "分")) else 1000))
