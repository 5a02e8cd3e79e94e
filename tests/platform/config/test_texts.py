"""The pages speak every language whole: each text is marked for translation, and each marked text is translated."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import to_locale

from vigil.config.texts import PLATFORM, catalogue_of, catalogues_compile, texts_found, untranslated, unused

LANGUAGES = [to_locale(code) for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
TEMPLATES = sorted(PLATFORM.rglob("templates/**/*.html"))
BARE = {"500.html"}  # 500 is served when nothing works any more, so without catalogues.
BRANDS = {"Vigil", "fps", "UTC", "en", "zh-hans", "English"}
TRANSLATED = re.compile(r"{%-? *blocktrans(?:late)?\b.*?{%-? *endblocktrans(?:late)? *-?%}", re.DOTALL)
SILENT = re.compile(r"<(script|style|code|pre|svg)\b.*?</\1>|{#.*?#}|{% comment %}.*?{% endcomment %}", re.DOTALL)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
ATTRIBUTE = re.compile(r'\b(?:aria-label|aria-description|placeholder|title|alt)="([^"]*)"')
WORD = re.compile(r"[^\W\d_]{2,}")


def unmarked(template: str) -> list[str]:
    """Words that a reader would see and that no translation can reach."""
    plain = TAG.sub(" ", SILENT.sub(" ", TRANSLATED.sub(" ", template)))
    plain = re.sub(r"<!doctype[^>]*>|&\w+;|&#\d+;", " ", plain)
    said = [*ATTRIBUTE.findall(plain), *re.sub(r"<[^>]*>", "\n", plain).split("\n")]
    return [one.strip() for one in said if set(WORD.findall(one)) - BRANDS]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(PLATFORM).as_posix())
def test_every_text_of_a_template_is_marked(template: Path) -> None:
    if template.name in BARE:
        pytest.skip("stands alone")
    lines = template.read_text()
    # Blocks of class names are no text.
    lines = re.sub(r"{% block (?:nav_width|main_class|navigation_width) %}.*?{% endblock %}", "", lines)
    assert unmarked(lines) == []


def test_finds_what_is_not_marked() -> None:
    template = '<p title="Plain">{% translate "Fine" %} and {{ value }}</p><code>as it is</code>'
    assert unmarked(template) == ["Plain", "and"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_nothing_else(language: str) -> None:
    assert len(texts_found()) > 200
    assert [(one.place, one.text) for one in untranslated(language)] == []
    assert unused(language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_blanks(language: str) -> None:
    for message in catalogue_of(language):
        if message.id:
            texts = message.id if isinstance(message.id, tuple) else (message.id,)
            said = message.string if isinstance(message.string, tuple) else (message.string,)
            blanks = {blank for text in texts for blank in re.findall(r"%\(\w+\)s", text)}
            for one in said:
                assert set(re.findall(r"%\(\w+\)s", one)) == blanks, message.id


def test_what_is_compiled_is_compiled_once() -> None:
    catalogues_compile()
    assert catalogues_compile() == 0
