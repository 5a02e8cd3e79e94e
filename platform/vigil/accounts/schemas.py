"""What a person may set for themselves, as the API takes, keeps and gives it. Unknown keys are refused."""

import re
from pathlib import Path
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field, StrictBool

MAX_KEYS = 3
"""Of one command."""
COMMANDS = frozenset(Path(__file__).with_name("key_commands.txt").read_text(encoding="utf-8").split())
"""Everything that a key can do, as the workbench's key table has it; a test of the workbench writes the file."""

_NAMED = (
    "Space|Enter|Escape|Tab|Backspace|Delete|Insert|Home|End|PageUp|PageDown"
    "|Arrow(?:Left|Right|Up|Down)|F(?:[1-9]|1[0-2])"
)
_SIGN = r"[!-`{-~\u00a1-\u00ac\u00ae-\u00ff]"
STROKE = re.compile(rf"(?:Ctrl\+)?(?:Alt\+)?(?:Shift\+)?(?:{_NAMED}|{_SIGN})")
"""One key with what is held down, as `Ctrl+Shift+Z`: the name of a key or one printed character, nothing else."""


def _is_command(name: str) -> str:
    if name not in COMMANDS:
        raise ValueError("is no command that a key can have")
    return name


def _is_stroke(text: str) -> str:
    if not STROKE.fullmatch(text):
        raise ValueError("is no key; write it as Ctrl+Shift+Z, A, ArrowLeft or F2")
    return text


CommandName = Annotated[str, Field(max_length=60), AfterValidator(_is_command)]
Stroke = Annotated[str, Field(max_length=40), AfterValidator(_is_stroke)]
PresetName = Literal["default", "label_studio", "cvat", "premiere"]


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class KeyPreferences(Strict):
    """Which preset of keys a person uses, what they changed of it, and whether single letters count at all."""

    preset: PresetName
    uses_single_keys: StrictBool
    bindings: Annotated[dict[CommandName, Annotated[list[Stroke], Field(max_length=MAX_KEYS)]], Field(max_length=400)]


class Preferences(Strict):
    """What a person has set for themselves."""

    keys: KeyPreferences
