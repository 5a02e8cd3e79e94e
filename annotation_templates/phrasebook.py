"""Questions and phrases that help people write, for each label of a template and in each of its languages.

They stand in `phrases.yaml` and a file like it for each further language, beside the template's instructions. A model
is never trained on them, so a change of them makes no other template (`AnnotationTemplate.sha256`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from annotation_templates.checking import Node, TemplateError, read_yaml
from annotation_templates.loading import TEMPLATES_DIR, load_template
from annotation_templates.template import AnnotationTemplate

_SLOT = re.compile(r"\{[^{}]+\}")


@dataclass(frozen=True)
class Helps:
    """Texts for any label, and more for some."""

    any: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Phrasebook:
    """The helps in one language."""

    language: str
    questions: Helps
    phrases: Helps
    """With slots in braces: "{A man} pushes {another man}."."""


@lru_cache(maxsize=16)
def load_phrasebooks(name: str) -> tuple[Phrasebook, ...]:
    """The phrasebooks of the template called `name`, in the order of its languages; of those that it has one in.

    Raises:
        TemplateError: there is no such template, or a file holds a mistake (file, key and cure are named).
    """
    template, folder = load_template(name), TEMPLATES_DIR / name
    written = [language for language in template.languages if _file(folder, template, language).exists()]
    return tuple(read_phrasebook(folder, template, language) for language in written)


def read_phrasebook(folder: Path, template: AnnotationTemplate, language: str) -> Phrasebook:
    """The phrasebook of one language in a template's folder, checked.

    Raises:
        TemplateError: as for `load_phrasebooks`, or the file is missing.
    """
    members = read_yaml(_file(folder, template, language)).mapping(("questions", "phrases"))
    return Phrasebook(language, _helps(members["questions"], template), _helps(members["phrases"], template))


def _file(folder: Path, template: AnnotationTemplate, language: str) -> Path:
    return folder / ("phrases.yaml" if language == template.languages[0] else f"phrases.{language}.yaml")


def _helps(node: Node, template: AnnotationTemplate) -> Helps:
    members = node.mapping(("any", "labels"))
    known = {label.name for label in template.labels}
    labels = members["labels"].members()
    for name, member in labels.items():
        if name not in known:
            raise member.error(f"{name!r} is not a label of taxonomy.yaml; add it there or remove it here")
    return Helps(_texts(members["any"]), {name: _texts(member) for name, member in labels.items()})


def _texts(node: Node) -> tuple[str, ...]:
    return tuple(_text(item) for item in node.items())


def _text(node: Node) -> str:
    """A text whose braces hold words, each pair one slot.

    Raises:
        TemplateError: braces that are empty, nested or left open.
    """
    text = node.text()
    if set(_SLOT.sub("", text)) & set("{}"):
        raise node.error("has braces that hold no words, stand inside others or are left open; write {a person}")
    return text


__all__ = ["Helps", "Phrasebook", "TemplateError", "load_phrasebooks", "read_phrasebook"]
