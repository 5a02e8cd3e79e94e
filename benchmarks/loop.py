"""The whole loop on the demo project: three phases of training and all pre-labels, as commands run them."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figure import Figure, figures_print
from vigil.demo.generate import generate

ROOT = Path(__file__).resolve().parents[1]
GOAL_S = 180.0
PROJECT = "Loop"


def command(home: Path, *words: str) -> tuple[float, dict[str, object]]:
    """Seconds that a management command took, start of the process included, and its JSON."""
    unset = {"DATABASE_URL", "BROKER_URL"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    began_at = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**environment, "VIGIL_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    seconds = time.perf_counter() - began_at
    return seconds, json.loads(done.stdout) if "--json" in words else {}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="vigil-loop-") as folder:
        footage, home = Path(folder) / "footage", Path(folder) / "home"
        began_at = time.perf_counter()
        generate(footage)
        generated_s = time.perf_counter() - began_at
        command(home, "prepare")
        imported_s, _ = command(home, "import_videos", "--project", PROJECT, str(footage), "--json")
        trained_s, _ = command(home, "train", "--project", PROJECT, "--phases", "1,2,3", "--wait", "--json")
        prelabelled_s, _ = command(home, "prelabel", "--project", PROJECT, "--wait", "--json")
        _, quality = command(
            home,
            "evaluate",
            "--project",
            PROJECT,
            "--split",
            "test",
            "--truth",
            str(footage / "segments.json"),
            "--json",
        )
    loop_s = trained_s + prelabelled_s
    figures = [
        Figure("loop: three phases and pre-labels", loop_s, "s", goal=f"under {GOAL_S:.0f} s", is_met=loop_s < GOAL_S),
        Figure("  three phases with the gate", trained_s, "s"),
        Figure("  pre-labels of every video", prelabelled_s, "s"),
        Figure("footage generated", generated_s, "s"),
        Figure("footage imported", imported_s, "s"),
    ]
    figures += [
        Figure(f"quality on the test split: {name}", float(value), "")
        for name in ("auc_o", "auc_a", "video_auc")
        if isinstance(value := quality.get(name), int | float)
    ]
    figures_print(figures)


if __name__ == "__main__":
    main()
