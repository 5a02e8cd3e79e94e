"""Checks of a template's YAML; every complaint names the file, the key and the cure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from annotation_templates.rendering import fault_of

_COLOUR = re.compile(r"#[0-9a-f]{6}")


class TemplateError(ValueError):
    """An annotation template that cannot be used, and why, in one line."""


@dataclass(frozen=True)
class Node:
    """A value of a YAML file that knows where it stands."""

    file: Path
    key: str
    """Dotted path from the top of the file; empty at the top."""
    value: Any

    def error(self, message: str) -> TemplateError:
        """A complaint about this value."""
        where = f"{self.file.parent.name}/{self.file.name}"
        return TemplateError(f"{where}: {self.key}: {message}" if self.key else f"{where}: {message}")

    def mapping(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Node]:
        """Its members, when it is a mapping with all the `required` keys and none that is unknown."""
        required, known = tuple(required), {*required, *optional}
        members = self.members()
        for name in members:
            if name not in known:
                raise self.error(f"unknown key {name!r}; known are {', '.join(sorted(known))}")
        for name in required:
            if name not in members:
                raise self.error(f"key {name!r} is missing; add it")
        return members

    def members(self) -> dict[str, Node]:
        """Its members, whatever their names."""
        if not isinstance(self.value, Mapping):
            raise self.error("should be a mapping of keys to values")
        return {str(k): Node(self.file, f"{self.key}.{k}".strip("."), v) for k, v in self.value.items()}

    def items(self) -> list[Node]:
        """Its items, when it is a list that is not empty."""
        if not isinstance(self.value, list) or not self.value:
            raise self.error("should be a list with at least one item")
        return [Node(self.file, f"{self.key}[{i}]", item) for i, item in enumerate(self.value)]

    def text(self) -> str:
        """Itself, when it is a text that is not empty."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.error(f"should be a text, not {self.value!r}; put it in quotes")
        return self.value.strip()

    def whole_number(self) -> int:
        """Itself, when it is a whole number from 1 up."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < 1:
            raise self.error(f"should be a whole number from 1 up, not {self.value!r}")
        return self.value

    def colour(self) -> str:
        """Itself, when it is a colour as #rrggbb."""
        if not isinstance(self.value, str) or not _COLOUR.fullmatch(self.value.lower()):
            raise self.error(f'should be a colour like "#e43f3f" in quotes, not {self.value!r}')
        return self.value.lower()

    def hotkey(self) -> str:
        """Itself as a text, when it is a digit from 1 to 9."""
        if str(self.value) not in set("123456789"):
            raise self.error(f"should be a digit from 1 to 9, not {self.value!r}")
        return str(self.value)

    def sources(self) -> tuple[str, ...]:
        """Its items as Jinja sources that use known variables only."""
        found = []
        for item in self.items():
            source = item.text()
            if fault := fault_of(source):
                raise item.error(fault)
            found.append(source)
        return tuple(found)


def read_yaml(file: Path) -> Node:
    """The top of a YAML file.

    Raises:
        TemplateError: the file is absent or is not YAML.
    """
    try:
        return Node(file, "", yaml.safe_load(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise TemplateError(f"{file.parent.name}/{file.name} is missing; a template needs it") from None
    except yaml.YAMLError as error:
        raise TemplateError(f"{file.parent.name}/{file.name} is not YAML: {' '.join(str(error).split())}") from None
