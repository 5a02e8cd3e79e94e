"""docs/language.md shows settings that load, and a general set that is read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from ml.profiles.language import LanguageProfile
from ml.text.general import read_general

DOC = (Path(__file__).parents[3] / "docs" / "language.md").read_text(encoding="utf-8")


def test_every_block_of_settings_loads() -> None:
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", DOC, flags=re.DOTALL)]

    assert len(blocks) == 2
    for block in blocks:
        LanguageProfile(**block)
    assert LanguageProfile(**blocks[0]).trained == "adaptor_lora"


@pytest.mark.parametrize("is_array", [False, True])
def test_the_entries_of_a_general_set_are_read(tmp_path: Path, is_array: bool) -> None:
    entries = [json.loads(line) for line in re.findall(r'^    (\{"video".*\})$', DOC, flags=re.MULTILINE)]
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "dog.mp4").write_bytes(b"video")
    text = json.dumps(entries) if is_array else "\n".join(json.dumps(entry) for entry in entries)
    (tmp_path / "set.json").write_text(text, encoding="utf-8")

    turns = read_general(tmp_path / "set.json").turns

    assert [(turn.question, turn.answer) for turn in turns] == [("What does the dog do?", "It catches a ball.")] * 2
