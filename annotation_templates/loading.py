"""Annotation templates by name.

A template is a folder here with `taxonomy.yaml`, `instructions.yaml` and a file like it for each further language; what
helps people to write may stand beside them (`phrasebook`). Both
the platform (hotkeys, colours, exports) and `ml` (phase 3, the explainer) read it through this module, which needs
neither Django nor torch.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from annotation_templates.checking import Node, TemplateError, read_yaml
from annotation_templates.template import QUESTION_KINDS, AnnotationTemplate, AnswerSources, Label

TEMPLATES_DIR = Path(__file__).parent


def template_names() -> tuple[str, ...]:
    """The names of all templates, sorted."""
    return tuple(sorted(file.parent.name for file in TEMPLATES_DIR.glob("*/taxonomy.yaml")))


@lru_cache(maxsize=16)
def load_template(name: str, language: str = "") -> AnnotationTemplate:
    """The template called `name`, read once a process; its questions and answers in `language`, or in its first.

    Raises:
        TemplateError: there is none, or its files hold a mistake (file, key and cure are named).
    """
    if name not in template_names():
        raise TemplateError(f"there is no annotation template {name!r}; there are: {', '.join(template_names())}")
    return read_template(TEMPLATES_DIR / name, language)


def read_template(folder: Path, language: str = "") -> AnnotationTemplate:
    """The template in `folder`, checked. Its first language is in `instructions.yaml`, others have files of their own.

    Raises:
        TemplateError: as for `load_template`.
    """
    taxonomy_file = folder / "taxonomy.yaml"
    taxonomy_node = read_yaml(taxonomy_file)
    taxonomy = taxonomy_node.mapping(("name", "version", "title", "languages", "labels"))
    if taxonomy["name"].text() != folder.name:
        raise taxonomy["name"].error(f"should be the folder's name, {folder.name!r}")
    languages = tuple(item.text() for item in taxonomy["languages"].items())
    language = language or languages[0]
    if language not in languages:
        raise taxonomy["languages"].error(f"there is no {language!r}; there are {', '.join(languages)}")
    labels = _labels(taxonomy["labels"], languages)
    instructions_file = folder / ("instructions.yaml" if language == languages[0] else f"instructions.{language}.yaml")
    instructions = read_yaml(instructions_file).mapping(("questions", "answers"))
    questions = instructions["questions"].mapping(QUESTION_KINDS)
    answers = instructions["answers"].mapping(QUESTION_KINDS)
    explanation = answers["explanation"].mapping(("normal", "other", "labels"))
    digest = hashlib.sha256(taxonomy_file.read_bytes() + b"\0" + instructions_file.read_bytes())
    return AnnotationTemplate(
        name=folder.name,
        version=taxonomy["version"].whole_number(),
        titles=_titles(taxonomy["title"], languages),
        languages=languages,
        language=language,
        labels=labels,
        question_pool={kind: tuple(item.text() for item in node.items()) for kind, node in questions.items()},
        answer_pool={kind: _answers(answers[kind]) for kind in QUESTION_KINDS if kind != "explanation"},
        label_sentences=_label_sentences(explanation["labels"], labels),
        other_sentences=explanation["other"].sources(),
        normal_sentences=explanation["normal"].sources(),
        sha256=digest.hexdigest(),
    )


def _labels(node: Node, languages: tuple[str, ...]) -> tuple[Label, ...]:
    labels: list[Label] = []
    taken: dict[str, str] = {}
    for item in node.items():
        keys = item.mapping(("name", "title", "phrase", "colour"), ("hotkey",))
        name = keys["name"].text()
        if any(label.name == name for label in labels):
            raise keys["name"].error(f"label {name!r} is there twice; remove one")
        hotkey = keys["hotkey"].hotkey() if "hotkey" in keys else ""
        if hotkey and hotkey in taken:
            raise keys["hotkey"].error(f"hotkey {hotkey} already belongs to {taken[hotkey]!r}; choose another")
        taken[hotkey] = name
        titles = _titles(keys["title"], languages)
        labels.append(Label(name, titles, keys["phrase"].text(), keys["colour"].colour(), hotkey))
    return tuple(labels)


def _titles(node: Node, languages: tuple[str, ...]) -> dict[str, str]:
    return {language: item.text() for language, item in node.mapping(languages).items()}


def _answers(node: Node) -> AnswerSources:
    members = node.mapping(("abnormal", "normal"))
    return AnswerSources(members["abnormal"].sources(), members["normal"].sources())


def _label_sentences(node: Node, labels: tuple[Label, ...]) -> dict[str, tuple[str, ...]]:
    members = node.members()
    names = {label.name for label in labels}
    for name, member in members.items():
        if name not in names:
            raise member.error(f"{name!r} is not a label of taxonomy.yaml; add it there or remove it here")
    for label in labels:
        if label.name not in members:
            raise node.error(f"label {label.name!r} has no sentences; add at least one")
    return {name: member.sources() for name, member in members.items()}


__all__ = ["TEMPLATES_DIR", "TemplateError", "load_template", "read_template", "template_names"]
