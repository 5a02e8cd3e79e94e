"""What a benchmark prints: figures with their goal. Each script of this folder prints a list of them as JSON."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    name: str
    value: float
    unit: str
    against: str = ""
    """What it was measured beside, in the same run."""
    goal: str = ""
    """In words, such as `under 180 s`; empty for a figure that only explains another."""
    is_met: bool | None = None


def figures_print(figures: Sequence[Figure]) -> None:
    """How a script hands its figures over: the last line of its standard output."""
    sys.stdout.write(json.dumps([asdict(figure) for figure in figures]) + "\n")


def figures_read(output: str) -> list[Figure]:
    """The figures that a script handed over."""
    lines = output.strip().splitlines()
    return [Figure(**line) for line in json.loads(lines[-1])] if lines else []
