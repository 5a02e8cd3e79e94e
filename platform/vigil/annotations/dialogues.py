"""The questions and answers of a segment, as what they are: pairs. Pure."""

from collections.abc import Iterable, Mapping

Pair = tuple[str, str]
"""A question and its answer."""


def answered_turns(dialogue: Iterable[Mapping[str, str]]) -> tuple[Pair, ...]:
    """The questions that have an answer, each once: what was asked twice counts as it was answered last.

    What is still being written (a question without an answer, or an answer to nothing) is left out.
    """
    texts = [turn["text"].strip() for turn in dialogue]
    pairs = zip(texts[::2], texts[1::2], strict=False)
    return tuple({question: answer for question, answer in pairs if question and answer}.items())


def joined_dialogue(earlier: Iterable[Pair], later: Iterable[Pair]) -> tuple[Pair, ...]:
    """Two dialogues about one event as one; on the same question the later answer stands."""
    return tuple((dict(earlier) | dict(later)).items())
