"""Phrasebooks load in every language, say as much in each, and every mistake is named with its place and the cure."""

import shutil
from pathlib import Path

import pytest

from annotation_templates.loading import TEMPLATES_DIR, TemplateError, load_template, template_names
from annotation_templates.phrasebook import load_phrasebooks, read_phrasebook


@pytest.mark.parametrize("name", template_names())
def test_every_language_has_as_many_helps_for_every_label(name: str) -> None:
    template, books = load_template(name), load_phrasebooks(name)

    assert [book.language for book in books] == list(template.languages)
    for helps in ([book.questions for book in books], [book.phrases for book in books]):
        shapes = [(len(one.any), {label: len(texts) for label, texts in one.labels.items()}) for one in helps]
        assert all(shape == shapes[0] for shape in shapes)
        assert set(shapes[0][1]) == {label.name for label in template.labels}


@pytest.mark.parametrize(
    ("written", "instead", "complaint"),
    [
        ("{A man} pushes", "{A man pushes", "braces"),
        ("{A man} pushes", "{} pushes", "braces"),
        ("    Fighting:", "    Dancing:", "'Dancing' is not a label of taxonomy.yaml"),
        ("phrases:\n", "sentences:\n", "unknown key 'sentences'"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, written: str, instead: str, complaint: str) -> None:
    folder = shutil.copytree(TEMPLATES_DIR / "surveillance", tmp_path / "surveillance")
    file = folder / "phrases.yaml"
    assert written in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace(written, instead, 1), "utf-8")

    with pytest.raises(TemplateError, match=complaint):
        read_phrasebook(folder, load_template("surveillance"), "en")
