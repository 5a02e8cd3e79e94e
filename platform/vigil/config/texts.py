"""The pages' texts: found in templates and Python, kept in one catalogue a language, compiled for Django.

The catalogue (`locale/<language>/LC_MESSAGES/django.po`) is in version control; what is compiled from it is not.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PLATFORM = Path(__file__).resolve().parents[1]
LOCALE = PLATFORM / "locale"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
LITERAL = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
CALL = re.compile(rf"\b(n?p?gettext|_)\(\s*({LITERAL}(?:\s*,\s*{LITERAL})*)")
Text = str | tuple[str, str]
"""One text, or its singular and plural."""


@dataclass(frozen=True)
class Found:
    """A text where it stands."""

    text: Text
    place: str
    line: int


def texts_found() -> list[Found]:
    """Every text that templates and Python mark for translation, in the order of files."""
    sources = sorted([*PLATFORM.rglob("templates/**/*.html"), *PLATFORM.rglob("*.py")])
    return [found for source in sources if "migrations" not in source.parts for found in _texts_of(source)]


def _texts_of(source: Path) -> Iterator[Found]:
    written = source.read_text()
    place = source.relative_to(PLATFORM).as_posix()
    if source.suffix == ".html":
        written = _as_python(templatize(written, origin=place))
    for line, text, _comments, _context in extract("python", BytesIO(written.encode()), KEYWORDS):
        yield Found(text if isinstance(text, str) else (text[0], text[1]), place, line)


def _as_python(templatized: str) -> str:
    """Only the calls of what Django makes of a template: the rest is filling, which no Python parser takes."""
    return "\n".join(f"{name}({texts})" for name, texts in CALL.findall(templatized))


def catalogue_path(language: str) -> Path:
    """Where the catalogue of a locale as Django names it (`zh_Hans`) lies."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def catalogue_of(language: str) -> Catalog:
    """The catalogue as it is on disk; empty where there is none yet."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def untranslated(language: str) -> list[Found]:
    """The texts that the catalogue has no translation of."""
    catalogue = catalogue_of(language)
    return [found for found in texts_found() if not _is_translated(catalogue.get(_first(found.text)))]


def unused(language: str) -> list[str]:
    """What the catalogue translates though nobody says it any more."""
    said = {_first(found.text) for found in texts_found()}
    return [_first(message.id) for message in catalogue_of(language) if message.id and _first(message.id) not in said]


def catalogue_update(language: str) -> Catalog:
    """Writes the catalogue with every text of today, and keeps the translations it has."""
    before = catalogue_of(language)
    after = Catalog(locale=language, project="Vigil", version="1", fuzzy=False, charset="utf-8")
    for found in texts_found():
        known = before.get(_first(found.text))
        after.add(found.text, known.string if known else None, locations=[(found.place, found.line)])
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, after, width=120, omit_header=False, sort_output=True, include_lineno=False)
    return after


def catalogues_compile() -> int:
    """Compiles each catalogue that is newer than what was compiled from it; how many."""
    compiled = 0
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3])
        scratch = target.with_suffix(".mo.new")
        with scratch.open("wb") as file:
            write_mo(file, catalogue)
        scratch.replace(target)
        compiled += 1
    return compiled


def _first(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else text[0]


def _is_translated(message: Message | None) -> bool:
    if message is None or not message.string:
        return False
    return bool(message.string) if isinstance(message.string, str) else all(message.string)


if __name__ == "__main__":
    catalogues_compile()
