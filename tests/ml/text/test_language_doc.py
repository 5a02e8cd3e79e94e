"""docs/language.md shows settings that load, and a general set that is read."""

from __future__ import annotations

import json
import re
from pathlib import Path

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


def test_the_line_of_a_general_set_is_read(tmp_path: Path) -> None:
    (line,) = re.findall(r'^    (\{"video".*\})$', DOC, flags=re.MULTILINE)
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "dog.mp4").write_bytes(b"video")
    (tmp_path / "set.jsonl").write_text(json.dumps(json.loads(line)), encoding="utf-8")

    (turn,) = read_general(tmp_path / "set.jsonl").turns

    assert (turn.question, turn.answer) == ("What does the dog do?", "It catches a ball.")
