"""A general video instruction set, mixed into phase 3 so that the language model forgets nothing (paper section 3.3).

JSON lines in the form of LLaVA, VideoChat and the like; a video is a path relative to the file:

    {"video": "clips/dog.mp4", "conversations": [{"from": "human", "value": "<video>\\nWhat does the dog do?"},
                                                 {"from": "gpt", "value": "It catches a ball."}]}

Each question with the answer after it becomes a conversation of its own. A broken line is named and counted, and never
replaced by another.
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

    line: int
    video: Path
    question: str
    answer: str


@dataclass(frozen=True)
class GeneralSet:
    """What a file holds."""

    turns: tuple[GeneralTurn, ...]
    lines: int
    """Lines that are not empty."""
    faults: tuple[str, ...]
    """One sentence a broken line, with its number."""


def read_general(path: str | Path) -> GeneralSet:
    """All conversations of a file.

    Raises:
        JobInvalid: there is no such file, or it is no text.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise JobInvalid(
            f"the general instruction set {path} cannot be read ({' '.join(str(error).split())}); "
            "correct language.general_path, or empty it and set general_share to 0"
        ) from None
    turns: list[GeneralTurn] = []
    faults: list[str] = []
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    for number, line in numbered:
        try:
            turns += _turns(number, json.loads(line), path.parent)
        except ValueError as error:
            faults.append(f"{path.name} line {number}: {' '.join(str(error).split())}")
    return GeneralSet(tuple(turns), len(numbered), tuple(faults))


def _turns(line: int, value: Any, folder: Path) -> list[GeneralTurn]:
    """The conversations of one line. Raises ValueError with what is wrong with it."""
    video = value.get("video") if isinstance(value, dict) else None
    if not isinstance(video, str) or not video:
        raise ValueError('it has no "video"')
    said = value.get("conversations")
    if not isinstance(said, list) or not said or len(said) % 2:
        raise ValueError('its "conversations" are not pairs of a question and an answer')
    file = folder / video
    if not file.is_file():
        raise ValueError(f"there is no video {video}")
    return [
        GeneralTurn(line, file, _words(asked, _ASKING), _words(answered, _ANSWERING))
        for asked, answered in _pairs(said)
    ]


def _pairs(said: Sequence[Any]) -> list[tuple[Any, Any]]:
    return list(zip(said[::2], said[1::2], strict=True))


def _words(turn: Any, speakers: tuple[str, ...]) -> str:
    speaker = turn.get("from") if isinstance(turn, dict) else None
    if speaker not in speakers:
        raise ValueError(f'a turn is "from" {speaker!r} where {speakers[0]!r} is due')
    text = turn.get("value")
    words = _MARK.sub(" ", text).strip() if isinstance(text, str) else ""
    if not words:
        raise ValueError(f"a turn of {speaker} says nothing")
    return words
