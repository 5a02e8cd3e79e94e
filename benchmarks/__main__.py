"""`python -m benchmarks [NAME...]` runs the scripts of this folder, each in its own process, and prints one table."""

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figure import Figure, figures_read

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent


def script_names() -> list[str]:
    """Every benchmark there is."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in {"__init__", "__main__", "figure"})


def main(names: Sequence[str]) -> int:
    """The exit status: 1 when a script failed or a goal was missed, 2 for an unknown name."""
    unknown = sorted(set(names) - set(script_names()))
    if unknown:
        sys.stderr.write(f"no benchmark {unknown[0]!r}; there are: {', '.join(script_names())}\n")
        return 2
    rows: list[tuple[str, Figure]] = []
    failed: list[str] = []
    for name in names or script_names():
        sys.stderr.write(f"{name} ...\n")
        figures = measured(name)
        if figures is None:
            failed.append(name)
        rows += [(name, figure) for figure in figures or []]
    sys.stdout.write(table(rows))
    for name in failed:
        sys.stderr.write(f"{name} FAILED; the reason is above\n")
    return 1 if failed or any(figure.is_met is False for _, figure in rows) else 0


def measured(name: str) -> list[Figure] | None:
    """The figures of one script; None when it failed."""
    paths = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        text=True,
    )
    return figures_read(done.stdout) if done.returncode == 0 else None


def table(rows: Sequence[tuple[str, Figure]]) -> str:
    """All figures, one line each."""
    lines = [("benchmark", "figure", "value", "against", "goal", "")]
    for name, figure in rows:
        verdict = {True: "met", False: "MISSED", None: ""}[figure.is_met]
        value = f"{figure.value:.4g} {figure.unit}".strip()
        lines.append((name, figure.name, value, figure.against, figure.goal, verdict))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n{text}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
