"""The table of `make bench`: figures handed over, goals judged, unknown names refused."""

import io
from contextlib import redirect_stdout

import pytest

from benchmarks.__main__ import main, script_names, table
from benchmarks.figure import Figure, figures_print, figures_read

FIGURES = [Figure("time", 12.3456, "s", goal="under 10 s", is_met=False), Figure("size", 3, "MB", against="the other")]


def test_figures_survive_the_way_from_script_to_runner() -> None:
    out = io.StringIO()
    with redirect_stdout(out):
        print("some other line")
        figures_print(FIGURES)
    assert figures_read(out.getvalue()) == FIGURES


def test_the_table_says_what_was_missed() -> None:
    lines = table([("loop", figure) for figure in FIGURES]).splitlines()
    assert lines[2].split() == ["loop", "time", "12.35", "s", "under", "10", "s", "MISSED"]
    assert lines[3].split() == ["loop", "size", "3", "MB", "the", "other"]


def test_an_unknown_name_is_refused_with_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nothing"]) == 2
    assert "loop" in capsys.readouterr().err
    assert "loop" in script_names() and "figure" not in script_names()
