"""Templates load, and every mistake in one is named with its file, its key and the cure."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from annotation_templates.loading import TEMPLATES_DIR, TemplateError, load_template, read_template, template_names
from annotation_templates.template import QUESTION_KINDS


def relative_luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("name", "language"), [(n, code) for n in template_names() for code in load_template(n).languages]
)
def test_every_shipped_template_loads_in_every_language(name: str, language: str) -> None:
    template = load_template(name, language)

    assert (template.name, template.language) == (name, language)
    assert template.labels
    for label in template.labels:
        assert set(label.titles) == set(template.languages)
        assert template.explanations(label.name)


@pytest.mark.parametrize(
    ("name", "language"), [(n, code) for n in template_names() for code in load_template(n).languages]
)
def test_every_question_has_many_phrasings_none_of_them_twice(name: str, language: str) -> None:
    template = load_template(name, language)

    for kind in QUESTION_KINDS:
        assert len(set(template.questions(kind))) == len(template.questions(kind)) >= 10


def test_the_first_language_is_the_default_and_an_unknown_one_is_refused() -> None:
    assert load_template("surveillance").language == "en"
    assert load_template("surveillance").sha256 != load_template("surveillance", "zh-Hans").sha256
    with pytest.raises(
        TemplateError, match=r"surveillance/taxonomy.yaml: languages: there is no 'fr'; there are en, zh-Hans"
    ):
        load_template("surveillance", "fr")


def test_a_mistake_in_another_language_is_named_with_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "surveillance"
    shutil.copytree(TEMPLATES_DIR / "surveillance", folder)
    file = folder / "instructions.zh-Hans.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("{{ start }}持续", "{{ begin }}持续"), encoding="utf-8")

    with pytest.raises(
        TemplateError,
        match=r"surveillance/instructions.zh-Hans.yaml: answers.interval.abnormal\[1\]: unknown variable 'begin'",
    ):
        read_template(folder, "zh-Hans")
    assert read_template(folder).language == "en"


@pytest.mark.parametrize("name", template_names())
def test_colours_are_readable_on_white_and_on_near_black(name: str) -> None:
    near_black = relative_luminance("#111418")
    for label in load_template(name).labels:
        luminance = relative_luminance(label.colour)
        assert 1.05 / (luminance + 0.05) >= 3, label.name
        assert (luminance + 0.05) / (near_black + 0.05) >= 3, label.name


def test_the_surveillance_template_names_the_events_of_the_demo_with_hotkeys() -> None:
    template = load_template("surveillance")

    hotkeys = {label.hotkey: label.name for label in template.labels if label.hotkey}

    assert set(hotkeys) == set("123456789")
    for name in ("Fighting", "Falling", "Collision", "Fire", "AbandonedObject", "WrongWay", "Abnormal"):
        assert template.label(name).hotkey
    assert template.label("WrongWay").title("zh-Hans") == "逆行"


def test_an_unknown_template_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(TemplateError, match="no annotation template 'traffic'; there are: surveillance"):
        load_template("traffic")


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[str, Callable[[Any], None]], Path]:
    """A copy of the surveillance template with one file changed by a function."""

    def change(file: str, edit: Callable[[Any], None]) -> Path:
        folder = tmp_path / "surveillance"
        shutil.copytree(TEMPLATES_DIR / "surveillance", folder)
        content = yaml.safe_load((folder / file).read_text(encoding="utf-8"))
        edit(content)
        (folder / file).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        return folder

    return change


def set_at(*path: Any, value: Any) -> Callable[[Any], None]:
    def edit(content: Any) -> None:
        for key in path[:-1]:
            content = content[key]
        content[path[-1]] = value

    return edit


def drop(*path: Any) -> Callable[[Any], None]:
    def edit(content: Any) -> None:
        for key in path[:-1]:
            content = content[key]
        del content[path[-1]]

    return edit


TAXONOMY, INSTRUCTIONS = "taxonomy.yaml", "instructions.yaml"


@pytest.mark.parametrize(
    ("file", "edit", "message"),
    [
        (TAXONOMY, set_at("colours", value=1), r"taxonomy.yaml: unknown key 'colours'; known are labels"),
        (TAXONOMY, set_at("labels", 1, "hotkey", value=1), r"hotkey 1 already belongs to 'Fighting'"),
        (TAXONOMY, set_at("labels", 1, "hotkey", value="x"), r"hotkey: should be a digit from 1 to 9, not 'x'"),
        (TAXONOMY, set_at("labels", 1, "name", value="Fighting"), r"labels\[1\].name: label 'Fighting' is there twice"),
        (TAXONOMY, set_at("labels", 0, "colour", value="red"), r"labels\[0\].colour: should be a colour like"),
        (TAXONOMY, drop("labels", 0, "title", "zh-Hans"), r"labels\[0\].title: key 'zh-Hans' is missing; add it"),
        (TAXONOMY, set_at("version", value="one"), r"version: should be a whole number from 1 up, not 'one'"),
        (TAXONOMY, set_at("name", value="other"), r"name: should be the folder's name, 'surveillance'"),
        (TAXONOMY, set_at("labels", value=[]), r"labels: should be a list with at least one item"),
        (INSTRUCTIONS, drop("questions", "interval"), r"questions: key 'interval' is missing; add it"),
        (INSTRUCTIONS, set_at("questions", "joke", value=["?"]), r"questions: unknown key 'joke'"),
        (INSTRUCTIONS, set_at("questions", "interval", value=[3]), r"questions.interval\[0\]: should be a text, not 3"),
        (
            INSTRUCTIONS,
            set_at("answers", "interval", "abnormal", value=["From {{ begin }}."]),
            r"answers.interval.abnormal\[0\]: unknown variable 'begin'; known are end, event, explanation",
        ),
        (
            INSTRUCTIONS,
            set_at("answers", "interval", "normal", value=["{{ start.when }}"]),
            r"not valid Jinja .*'when'",
        ),
        (INSTRUCTIONS, set_at("answers", "interval", "normal", value=["{{ start"]), r"normal\[0\]: not valid Jinja"),
        (INSTRUCTIONS, drop("answers", "explanation", "labels", "Fire"), r"label 'Fire' has no sentences"),
        (
            INSTRUCTIONS,
            set_at("answers", "explanation", "labels", "Picnic", value=["People eat."]),
            r"labels.Picnic: 'Picnic' is not a label of taxonomy.yaml; add it there or remove it here",
        ),
    ],
)
def test_a_mistake_is_named_with_file_key_and_cure(
    changed: Callable[[str, Callable[[Any], None]], Path], file: str, edit: Callable[[Any], None], message: str
) -> None:
    with pytest.raises(TemplateError, match=message) as refusal:
        read_template(changed(file, edit))

    assert str(refusal.value).startswith(f"surveillance/{file}: ")


def test_a_missing_or_unreadable_file_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "surveillance"
    shutil.copytree(TEMPLATES_DIR / "surveillance", folder)
    (folder / "taxonomy.yaml").write_text("name: [", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"surveillance/taxonomy.yaml is not YAML"):
        read_template(folder)

    (folder / "taxonomy.yaml").unlink()
    with pytest.raises(TemplateError, match=r"surveillance/taxonomy.yaml is missing; a template needs it"):
        read_template(folder)
