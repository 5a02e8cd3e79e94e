"""docs/evaluation.md does what it says: its files are written, its commands run, and what they print is compared."""

import re
import shlex

import pytest

from ml.contracts import EvaluationResult
from ml.evaluation.__main__ import main, parser
from ml.evaluation.figures import IOU_LEVELS

FILE = re.compile(r"^```(?:text|json|csv) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def text(pytestconfig):
    return (pytestconfig.rootpath / "docs" / "evaluation.md").read_text("utf-8")


def test_every_command_prints_what_is_shown(text, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, content in FILE.findall(text):
        (tmp_path / name).write_text(content)
    shown = CONSOLE.findall(text)
    assert len(shown) == 5
    for block in shown:
        command, _, output = block.partition("\n")
        words = shlex.split(command)
        assert words[:4] == ["$", "python", "-m", "ml.evaluation"]
        status = main(words[4:])
        printed = capsys.readouterr()
        assert printed.out + printed.err == output, command
        assert status == (2 if "error:" in output else 0)


def test_every_option_that_is_named_exists(text):
    known = {word for action in parser()._actions for word in action.option_strings}
    named = set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", text)) - {"--no-deps"}
    assert named <= known
    assert {"--rule", "--expand", "--postpress", "--clip-frames", "--skip-missing", "--lengths", "--fps"} <= named


def test_every_figure_is_explained(text):
    figures = set(EvaluationResult.__dataclass_fields__) - {"videos"}
    assert {figure for figure in figures if f"`{figure}`" not in text} == set()
    assert all(level in text for level in IOU_LEVELS)
