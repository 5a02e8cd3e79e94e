"""An annotation template: labels with hotkeys and colours, questions, and answers that are written from them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from annotation_templates.rendering import rendered

QUESTION_KINDS = ("judgement", "description", "interval", "explanation")
"""Every template asks these four kinds of question."""

UNKNOWN_COLOUR = "#7a7b97"
"""Shown for a class that a data set brought and the taxonomy does not hold."""


def stable_index(key: str, count: int) -> int:
    """A number in [0, count) that depends on `key` alone: equal on every machine and in every process."""
    if count < 1:
        raise ValueError("stable_index needs something to choose from")
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % count


@dataclass(frozen=True)
class Label:
    """A kind of event."""

    name: str
    """What data sets, commands and the database call it."""
    titles: Mapping[str, str]
    """Language code to what people read."""
    phrase: str
    """How a sentence names it, with its article: "a fight"."""
    colour: str
    """#rrggbb, readable on light and on dark."""
    hotkey: str = ""
    """"1" to "9", or empty."""
    is_in_taxonomy: bool = True
    """False for a class that only a data set knows."""

    def title(self, language: str = "en") -> str:
        """The title in `language`, else in English, else the name."""
        return self.titles.get(language) or self.titles.get("en") or self.name


@dataclass(frozen=True)
class AnswerSources:
    """Jinja sources of the answers to one kind of question."""

    abnormal: tuple[str, ...]
    normal: tuple[str, ...]


@dataclass(frozen=True)
class AnnotationTemplate:
    """Everything a project needs to know about its labels and their language."""

    name: str
    version: int
    titles: Mapping[str, str]
    languages: tuple[str, ...]
    """Codes of the languages of its titles; `instructions.yaml` is in the first."""
    language: str
    """The one that these questions and answers are in."""
    labels: tuple[Label, ...]
    question_pool: Mapping[str, tuple[str, ...]]
    answer_pool: Mapping[str, AnswerSources]
    """judgement, description and interval."""
    label_sentences: Mapping[str, tuple[str, ...]]
    """Sources of sentences about an event, by label."""
    other_sentences: tuple[str, ...]
    """Sources of sentences about an event whose label has none of its own."""
    normal_sentences: tuple[str, ...]
    """Sources of sentences about a scene in which nothing happens."""
    sha256: str
    """Of the template's files: two templates that write the same instructions have the same."""

    def label(self, name: str) -> Label:
        """The label called `name`; a class outside the taxonomy gets a label whose title is the name itself."""
        for label in self.labels:
            if label.name == name:
                return label
        return Label(
            name=name,
            titles=dict.fromkeys(self.languages, name),
            phrase=name,
            colour=UNKNOWN_COLOUR,
            is_in_taxonomy=False,
        )

    def title(self, name: str) -> str:
        """What the label called `name` is called in the language of the answers."""
        return self.label(name).title(self.language)

    def questions(self, kind: str) -> tuple[str, ...]:
        """Every phrasing of one kind of question.

        Raises:
            ValueError: there is no such kind.
        """
        if kind not in self.question_pool:
            raise ValueError(f"there is no question {kind!r}; there are {', '.join(QUESTION_KINDS)}")
        return self.question_pool[kind]

    def question(self, kind: str, index: int = 0) -> str:
        """One phrasing of a question; `index` wraps around. The first is the canonical one."""
        phrasings = self.questions(kind)
        return phrasings[index % len(phrasings)]

    def explanations(self, label: str | None) -> tuple[str, ...]:
        """Every sentence that the template has about an event of class `label`, or about normality (None)."""
        if label is None:
            return tuple(rendered(source) for source in self.normal_sentences)
        sources = self.label_sentences.get(label, self.other_sentences)
        return tuple(rendered(source, title=self.title(label), event=self._phrase(label)) for source in sources)

    def render_answer(
        self, kind: str, index: int, *, label: str | None, start: str = "", end: str = "", explanation: str = ""
    ) -> str:
        """An answer to a question of `kind` about an event of class `label`, or about normality (None).

        `index` picks the phrasing and wraps around; `start` and `end` are times as text. Without an `explanation`
        the template's own sentence is used.
        """
        sentences = self.explanations(label)
        explanation = explanation or sentences[index % len(sentences)]
        if kind == "explanation":
            return explanation
        self.questions(kind)
        pool = self.answer_pool[kind]
        sources = pool.normal if label is None else pool.abnormal
        return rendered(
            sources[index % len(sources)],
            title=self.title(label or ""),
            event=self._phrase(label or ""),
            start=start,
            end=end,
            explanation=explanation,
        )

    def _phrase(self, name: str) -> str:
        """How a sentence names an event: phrases are in the first language, in others the title stands for them."""
        return self.label(name).phrase if self.language == self.languages[0] else self.title(name)
