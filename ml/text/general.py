"""A general video instruction set, mixed into phase 3 so that the language model forgets nothing (paper section 3.3).

JSON lines, or one JSON array, of entries in the form of LLaVA or of VideoChat; a video is a path relative to the file:

    {"video": "clips/dog.mp4", "conversations": [{"from": "human", "value": "<video>\\nWhat does the dog do?"},
                                                 {"from": "gpt", "value": "It catches a ball."}]}
    {"video": "clips/dog.mp4", "QA": [{"q": "What does the dog do?", "a": "It catches a ball."}]}

Each question with the answer after it becomes a conversation of its own; an instruction "i" of VideoChat's goes before
its question. A broken entry is named and counted, and never replaced by another.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml.errors import JobInvalid

_MARK = re.compile(r"\s*<(?:video|image|ImageHere|Video)>\s*|\s*</Video>\s*")
_ASKING, _ANSWERING = ("human", "user"), ("gpt", "assistant")


@dataclass(frozen=True)
class GeneralTurn:
    """One question about a whole video, and its answer."""

    entry: int
    """Number of its line, or of its place in the array; from 1."""
    video: Path
    question: str
    answer: str


@dataclass(frozen=True)
class GeneralSet:
    """What a file holds."""

    turns: tuple[GeneralTurn, ...]
    entries: int
    """Lines that are not empty, or members of the array."""
    faults: tuple[str, ...]
    """One sentence a broken entry, with its number."""
    unit: str = "line"
    """What an entry is called: line, or entry (of an array)."""


def read_general(path: str | Path) -> GeneralSet:
    """All conversations of a file.

    Raises:
        JobInvalid: there is no such file, or it is no text.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise JobInvalid(
            f"the general instruction set {path} cannot be read ({' '.join(str(error).split())}); "
            "correct language.general_path, or empty it and set general_share to 0"
        ) from None
    turns: list[GeneralTurn] = []
    faults: list[str] = []
    members = _members(text)
    unit = "line" if members is None else "entry"
    # Not splitlines: a line separator inside a JSON string is no end of a line.
    lines = text.split("\n") if members is None else members
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if members is not None or line.strip()]
    for number, line in numbered:
        try:
            turns += _turns(number, line if members is not None else json.loads(line), path.parent)
        except ValueError as error:
            faults.append(f"{path.name} {unit} {number}: {' '.join(str(error).split())}")
    return GeneralSet(tuple(turns), len(numbered), tuple(faults), unit)


def _members(text: str) -> list[Any] | None:
    """The members of a file that is one JSON array; None for any other, which is read line by line."""
    try:
        whole = json.loads(text)
    except ValueError:
        return None
    return whole if isinstance(whole, list) else None


def _turns(entry: int, value: Any, folder: Path) -> list[GeneralTurn]:
    """The conversations of one entry. Raises ValueError with what is wrong with it."""
    video = value.get("video") if isinstance(value, dict) else None
    if not isinstance(video, str) or not video:
        raise ValueError('it has no "video"')
    said = _of_llava(value["conversations"]) if "conversations" in value else _of_videochat(value.get("QA"))
    file = folder / video
    if not file.is_file():
        raise ValueError(f"there is no video {video}")
    return [GeneralTurn(entry, file, question, answer) for question, answer in said]


def _of_llava(said: Any) -> list[tuple[str, str]]:
    """Questions and answers of `conversations`, where they take turns."""
    if not isinstance(said, list) or not said or len(said) % 2:
        raise ValueError('its "conversations" are not pairs of a question and an answer')
    pairs = zip(said[::2], said[1::2], strict=True)
    return [(_turn(asked, _ASKING), _turn(answered, _ANSWERING)) for asked, answered in pairs]


def _of_videochat(said: Any) -> list[tuple[str, str]]:
    """Questions and answers of `QA`, where each pair is an object."""
    if not isinstance(said, list) or not said or not all(isinstance(pair, dict) for pair in said):
        raise ValueError('it has neither "conversations" nor a "QA" of questions and answers')
    return [(_words((pair.get("i", ""), pair.get("q")), '"q"'), _words((pair.get("a"),), '"a"')) for pair in said]


def _turn(turn: Any, speakers: tuple[str, ...]) -> str:
    speaker = turn.get("from") if isinstance(turn, dict) else None
    if speaker not in speakers:
        raise ValueError(f'a turn is "from" {speaker!r} where {speakers[0]!r} is due')
    return _words((turn.get("value"),), f"a turn of {speaker}")


def _words(texts: Sequence[Any], where: str) -> str:
    """What is said, without the marks that stand for the video."""
    said = [_MARK.sub(" ", text).strip() for text in texts if isinstance(text, str)]
    words = " ".join(text for text in said if text)
    if not words:
        raise ValueError(f"{where} says nothing")
    return words
