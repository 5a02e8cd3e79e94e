"""Sentences that are written once, by a worker that speaks English, and read by people in their own language."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext


@dataclass(frozen=True)
class Sentence:
    """A text that catalogues know (marked with `gettext_noop`), and what stands in its blanks."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def english(self) -> str:
        return self.text % self.values

    def told(self, shown: Mapping[str, Callable[[str], str]]) -> str:
        """The sentence in the reader's language; `shown` says how the values of some blanks are put there."""
        values = {name: shown[name](value) if name in shown else value for name, value in self.values.items()}
        return gettext(self.text) % values


def as_json(sentences: Iterable[Sentence]) -> list[list[Any]]:
    """Sentences as a column keeps them: `[[text, {blank: value}], ...]`."""
    return [[one.text, dict(one.values)] for one in sentences]


def from_json(stored: Iterable[tuple[str, dict[str, str]]]) -> list[Sentence]:
    """The sentences that `as_json` wrote."""
    return [Sentence(text, values) for text, values in stored]
