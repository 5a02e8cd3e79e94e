"""What every command does with a wrong word and with a database that is not there: one line, exit status 2."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import load_command_class
from django.core.management.base import CommandError

ROOT = Path(__file__).resolve().parents[3]


def run_against(database_url: str, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("postgresql://joe:sekret@127.0.0.1:1/vigil", "the database does not answer"),
        ("mysql://joe:sekret@127.0.0.1/vigil", "DATABASE_URL is not a PostgreSQL URL"),
    ],
)
def test_a_database_that_is_not_there_is_told_in_one_line(url: str, complaint: str) -> None:
    ended = run_against(url, "user_add", "ann")
    assert ended.returncode == 2
    assert complaint in ended.stderr and "DATABASE_URL" in ended.stderr
    assert ended.stderr.count("\n") == 1 and "sekret" not in ended.stderr


@pytest.mark.parametrize(
    ("app", "words", "complaint"),
    [
        ("vigil.gpu", ["train", "--project", "x", "--seed", "-1"], "'-1' is not a seed"),
        ("vigil.gpu", ["train", "--project", "x", "--seed", "2147483648"], "from 0 to 2147483647"),
        ("vigil.gpu", ["train", "--project", "x", "--seed", "9" * 5000], "is not a seed"),
        ("vigil.gpu", ["train"], "required: --project"),
        ("vigil.interop", ["import_annotations", "--project", "x", "--as", "x\ny", "p", "--format", "f"], "--as"),
        ("vigil.config", ["up", "--port", "0"], "not a port"),
    ],
)
def test_wrong_arguments_are_told_in_one_line(
    app: str, words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = load_command_class(app, words[0])
    command._called_from_command_line = True
    with pytest.raises(SystemExit) as ended:
        command.create_parser("manage.py", words[0]).parse_args(words[1:])
    said = capsys.readouterr().err
    assert ended.value.code == 2 and said.count("\n") == 1
    assert complaint in said and said.endswith(f"(see manage.py {words[0]} --help)\n")


def test_wrong_arguments_of_a_call_from_code_are_an_error_and_no_exit() -> None:
    with pytest.raises(CommandError, match="--project"):
        load_command_class("vigil.gpu", "train").create_parser("manage.py", "train").parse_args([])
