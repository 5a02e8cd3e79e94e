"""What an answer says: yes or no, and from when to when. Works on any model's text, ours or a large one's."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Words that begin like a verdict and are none: "cannot tell", "unknown", "whether or not".
_UNDECIDED = r"(?!无法|未知|未必|不确定|不清楚|不知道|是否|有没有|有无)"
_YES_OR_NO = re.compile(rf"^\W*{_UNDECIDED}(?:(?:(yes)|no)\b|(没错|是|有)|否|不|没|无|未)", re.IGNORECASE)
_NUMBER = r"\d+(?:\.\d+)?"
_MINUTES = r"(?:minutes?|mins?|分钟|分)"
_SECONDS = r"(?:seconds?|secs?|s|秒)"
# No letter may follow: "2 to 3 suspects" are no seconds, and "3 minors" no minutes.
_UNIT = rf"(?:ms|milliseconds?|毫秒|{_MINUTES}|{_SECONDS})(?![A-Za-z])"
_CLOCK = rf"(?:\d+:){{1,2}}{_NUMBER}(?:\s*{_UNIT})?"
_MINUTES_AND_SECONDS = (
    rf"\d+\s*(?:{_MINUTES}|m)(?![A-Za-z])(?:\s*{_NUMBER}(?:\s*{_SECONDS}(?![A-Za-z]))?"
    rf"|(?:,|\s+and)\s*{_NUMBER}\s*{_SECONDS}(?![A-Za-z]))"
)
_TIME = rf"(?:第\s*)?({_CLOCK}|{_MINUTES_AND_SECONDS}|{_NUMBER}(?:\s*{_UNIT})?)"
_ON = r"\s*(?:to|until|till|-|–|—|~|～|持续到|到|至)\s*"
_BETWEEN = rf"(?:{_ON}|\s*(?:and|和)\s*)"
# What goes on to a third time belongs to it: "camera 2 - 10s to 12s".
_INTERVAL = re.compile(rf"(?<![\d.:]){_TIME}{_BETWEEN}{_TIME}(?![\d:]|\s*{_UNIT}|{_ON}第?\s*\d)", re.IGNORECASE)
_OPENING = re.compile(r"(?:from|between|at|,|and|\(|\[|从|在|于|，|、|和|^)\s*$", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class ParsedAnswer:
    """The checkable part of an answer."""

    is_abnormal: bool | None
    """None when the text says neither yes nor no."""
    intervals: tuple[tuple[int, int], ...]
    """[start_ms, end_ms) in order of mention; reversed or empty ones are left out."""


def parse_answer(text: str) -> ParsedAnswer:
    """Yes or no, and the intervals of "from 8.6s to 11.3s and 33.3s to 36.8s", "0:12 - 1:05", "从1分30秒到2分"."""
    verdict = _YES_OR_NO.match(text)
    is_abnormal = None if verdict is None else bool(verdict[1] or verdict[2])
    intervals = []
    for found in _INTERVAL.finditer(text):
        if not _reads_as_interval(text, found):
            continue
        start_ms = _milliseconds(found[1], other=found[2])
        end_ms = _milliseconds(found[2], other=found[1])
        if start_ms < end_ms:
            intervals.append((start_ms, end_ms))
    return ParsedAnswer(is_abnormal, tuple(intervals))


def _reads_as_interval(text: str, found: re.Match[str]) -> bool:
    """ "2 to 3 people" is no interval: there must be a unit or a clock, or a word that opens an interval."""
    has_unit = any(":" in time or _LETTERS.search(time) for time in found.groups())
    return has_unit or (
        _OPENING.search(text[: found.start()]) is not None
        and re.match(r"\s*([.,;)\]。，；、]|$)", text[found.end() :]) is not None
    )


def _milliseconds(time: str, other: str) -> int:
    """A matched time; one without a unit has that of the other end of its interval: "from 2 to 3 minutes"."""
    numbers = [float(number) for number in re.findall(_NUMBER, time)]
    if len(numbers) > 1:
        # A clock, or minutes and seconds.
        seconds = 0.0
        for number in numbers:
            seconds = seconds * 60 + number
        return round(seconds * 1000)
    units = _LETTERS.findall(time) or _LETTERS.findall(other)[-1:] or ["s"]
    unit = units[0].lower()
    if unit.startswith(("ms", "milli", "毫")):
        return round(numbers[0])
    return round(numbers[0] * (60_000 if unit.startswith(("min", "分")) else 1000))
