"""The pages speak every language whole: each text is marked for translation, and each marked text is translated."""

import ast
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


# ---------------------------------------------------------------- sentences of errors

PLAIN_ON_PURPOSE = {
    "interop/clips.py": "a worker's or a command's: kept in English, told by projects/failures.py",
    "interop/conversations.py": "so too",
    "interop/formats/label_studio.py": "so too",
    "interop/services/exports.py": "so too",
    "interop/importers/activitynet.py": "import_annotations alone reads such files",
    "interop/importers/label_studio.py": "so too",
    "interop/json_files.py": "so too",
    "interop/services/imports.py": "so too",
    "gpu/claims.py": "a worker's: kept in English, told by projects/failures.py",
    "gpu/services/drafts.py": "so too",
    "gpu/services/evaluate.py": "evaluate alone prints it",
    "gpu/truth_files.py": "evaluate alone prints it",
    "predictions/embeddings.py": "a worker's",
    "predictions/services.py": "a worker's",
    "predictions/vector_extension.py": "the doctor's and a migration's",
    "projects/schema.py": "commands alone print it",
    "projects/selectors.py:project_by_name": "for commands",
    "registry/selectors.py:model_to_use": "for commands",
    "annotations/services.py:_imported": "import_annotations alone prints it",
    "snapshots/selectors.py": "for commands",
    "videos/services.py": "kept in English beside the file, told by projects/failures.py",
}
"""Modules and functions whose errors are not written for a reader with a language of their own."""
MODULES = [
    path for path in sorted(PLATFORM.rglob("*.py")) if not {"migrations", "management", "demo"} & set(path.parts)
]


def error_names() -> set[str]:
    """What `VigilError` and all that is derived from it are called."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    }
    names = {"VigilError"}
    while more := {name for name, of in bases.items() if of & names} - names:
        names |= more
    return names


def plain_errors(source: str, names: set[str]) -> list[tuple[str, str]]:
    """Function and sentence of each error whose text no catalogue can reach, however it gets there."""
    found = []
    for function in [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]:
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        raised = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in names]
        given = [text for call in raised for text in [*call.args, *(one.value for one in call.keywords)]]
        given += [one.value for call in calls for one in call.keywords if one.arg == "missing"]
        variables = {text.id for text in given if isinstance(text, ast.Name)}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and any(
                isinstance(to, ast.Name) and to.id in variables for to in node.targets
            ):
                given.append(node.value)
        found += [(function.name, ast.unparse(text)) for text in given if is_plain(text)]
    return sorted(set(found))


def is_plain(text: ast.expr) -> bool:
    if isinstance(text, ast.BinOp):
        return is_plain(text.left) or (isinstance(text.op, ast.Add) and is_plain(text.right))
    if isinstance(text, ast.IfExp):
        return is_plain(text.body) or is_plain(text.orelse)
    if isinstance(text, ast.Constant):
        return isinstance(text.value, str) and WORD.search(text.value) is not None
    return isinstance(text, ast.JoinedStr)


def test_every_error_that_people_read_is_marked() -> None:
    names = error_names()
    assert {"Invalid", "Conflict", "Missing", "NotAllowed", "Gone", "DiskFull", "SegmentRefused"} <= names
    unmarked_errors, spared = [], set()
    for path in MODULES:
        place = path.relative_to(PLATFORM).as_posix()
        for function, sentence in plain_errors(path.read_text(), names):
            on_purpose = {place, f"{place}:{function}"} & set(PLAIN_ON_PURPOSE)
            spared |= on_purpose
            if not on_purpose:
                unmarked_errors.append((place, function, sentence))
    assert unmarked_errors == []
    assert set(PLAIN_ON_PURPOSE) - spared == set(), "nothing is plain there any more"


def test_finds_errors_that_are_not_marked() -> None:
    source = """
def one():
    raise Invalid("plain")
def two(name):
    missing = f"There is no {name}."
    role_required(missing=missing)
    raise Missing(missing)
def three():
    raise SegmentRefused(key=key, why="plain %s" % name)
def fine():
    text = _("All is %(well)s.")
    raise Invalid(text % {"well": "well"})
"""
    found = plain_errors(source, {"Invalid", "Missing", "SegmentRefused"})
    assert [function for function, _ in found] == ["one", "three", "two"]
