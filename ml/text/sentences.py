"""Whether a generated sentence can be shown to a person. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

# A word of letters; Chinese and Japanese characters stand alone, since those texts have no blanks.
_WORD = re.compile(r"[぀-ヿ㐀-鿿]|[^\W\d_぀-ヿ㐀-鿿]+")
# What a phrase is made of: words, and the times that tell "from 1.0s to 2.0s and from 3.0s to 4.0s" from a repetition.
_SPOKEN = re.compile(rf"<t\d+>|\d+(?:[.:]\d+)*|{_WORD.pattern}")
_MOST_REPEATS = 3


def words_of(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return [word.lower() for word in _WORD.findall(text)]


def fault_of_sentence(text: str, *, has_ended: bool, known_words: Collection[str]) -> str:
    """Why `text` should not be shown; empty when it is fine.

    `known_words` are the words of the texts that the model learnt from: a small model puts words together from pieces,
    and a word outside them is a broken one. Empty for a model that brought a language of its own.
    """
    words = words_of(text)
    if not words:
        return "no words"
    if not has_ended:
        return "cut off"
    if "\N{REPLACEMENT CHARACTER}" in text:
        return "broken characters"
    unknown = [word for word in words if known_words and word not in known_words]
    if unknown:
        return f"broken word {unknown[0]!r}"
    if phrase := _repeated_phrase(_SPOKEN.findall(text.lower())):
        return f"repeats {phrase!r}"
    return ""


def _repeated_phrase(words: list[str]) -> str:
    """A word said three times in a row, or a longer phrase said twice in a row; empty when there is none."""
    for length in range(1, len(words) // 2 + 1):
        times = _MOST_REPEATS if length == 1 else 2
        for first in range(len(words) - times * length + 1):
            phrase = words[first : first + length]
            if words[first : first + times * length] == phrase * times:
                return " ".join(phrase)
    return ""
