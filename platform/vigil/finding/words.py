"""What a person searches for, as terms of the index, and where the terms stand in a text. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_PIECE = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+")
_IS_CJK = re.compile(rf"[{CJK}]")
_ENDING = re.compile(r"(?:ings?|ed|es|s|e|er|ers|ly)$")
MOST_PIECES = 16
PREFIX_FROM = 3
"""Letters from which on the last word may be the beginning of one: who types goes on typing."""
SHOWN = 280


@dataclass(frozen=True)
class Wanted:
    """A search as PostgreSQL takes it; all terms have to stand in the text."""

    english: str
    """For `to_tsquery('english', ...)`; empty for none."""
    simple: str
    """For `to_tsquery('simple', ...)`; empty for none."""
    marks: tuple[str, ...]
    """What is marked where it stands, in lower case."""

    @property
    def is_empty(self) -> bool:
        return not (self.english or self.simple)


def wanted(text: str) -> Wanted:
    """The terms of what somebody typed; signs and operators mean nothing."""
    pieces = _PIECE.findall(text.lower())[:MOST_PIECES]
    latin = [piece for piece in pieces if not _IS_CJK.match(piece)]
    runs = [piece for piece in pieces if _IS_CJK.match(piece)]
    terms = [f"{word}:*" if word == pieces[-1] and len(word) >= PREFIX_FROM else word for word in latin]
    marks = (*(_stem(word) for word in latin), *runs)
    return Wanted(" & ".join(terms), " & ".join(map(_pairs, runs)), tuple(sorted(set(marks), key=len, reverse=True)))


def _pairs(run: str) -> str:
    """Each character with its successor, one after the other; a single character as the beginning of any pair."""
    if len(run) == 1:
        return f"{run}:*"
    return "(" + " <-> ".join(run[place : place + 2] for place in range(len(run) - 1)) + ")"


def _stem(word: str) -> str:
    """Roughly what the index keeps of an English word, for marking other forms of it."""
    short = _ENDING.sub("", word)
    return short if len(short) >= PREFIX_FROM else word


@dataclass(frozen=True)
class Piece:
    """A piece of a text; `is_found` where it is what was searched for."""

    text: str
    is_found: bool


def marked(text: str, marks: tuple[str, ...]) -> list[Piece]:
    """The text around its first mark, with the words that are marked."""
    if not marks:
        return [Piece(text[:SHOWN], False)]
    pattern = re.compile("|".join(_mark(mark) for mark in marks), re.IGNORECASE)
    first = pattern.search(text)
    start = max(0, first.start() - SHOWN // 3) if first and len(text) > SHOWN else 0
    start = text.rfind(" ", 0, start) + 1 if start else 0
    shown = text[start : start + SHOWN]
    before, after = ("… " if start else ""), (" …" if start + SHOWN < len(text) else "")
    return [*_pieces(before, ()), *_pieces(shown, tuple(pattern.finditer(shown))), *_pieces(after, ())]


def _mark(mark: str) -> str:
    return re.escape(mark) if _IS_CJK.match(mark) else rf"\b{re.escape(mark)}\w*"


def _pieces(text: str, found: tuple["re.Match[str]", ...]) -> Iterator[Piece]:
    at = 0
    for match in found:
        if match.start() > at:
            yield Piece(text[at : match.start()], False)
        yield Piece(match.group(), True)
        at = match.end()
    if at < len(text):
        yield Piece(text[at:], False)
