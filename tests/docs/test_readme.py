"""The README's commands of the model half run as they stand, one after the other, on a few seconds of video."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "ml"))
from footage import write_video
from quick_profile import write_quick_profile

ROOT = Path(__file__).parents[2]
COMMAND = re.compile(r"^    \$P -m (ml\.(?:training|inference|evaluation) .*?)(?:  +#.*)?$", re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows, truth = ["file,label,split"], {}
    for number, (label, split) in enumerate(
        (("normal", "train"), ("Fighting", "train"), ("Fighting", "test"), ("normal", "test"))
    ):
        name = f"v{number}.mp4"
        write_video(tmp_path / name, seconds=8, shakes_from_s=2 if label == "Fighting" else None, seed=number)
        rows.append(f"{name},{label},{split}")
        event = [{"segment": [2, 8], "label": label}] if label == "Fighting" else []
        truth |= {name: {"duration": 8, "annotations": event}} if split == "test" else {}
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    (tmp_path / "segments.json").write_text(json.dumps(truth))
    write_quick_profile(tmp_path / "quick.yaml")
    return tmp_path


def test_the_commands_for_ml_engineers_train_score_and_evaluate(folder: Path) -> None:
    commands = COMMAND.findall((ROOT / "README.md").read_text("utf-8"))
    assert [command.split()[0] for command in commands] == ["ml.training", "ml.inference", "ml.evaluation"]
    for command in commands:
        words = ["quick.yaml" if word == "tiny" else word for word in shlex.split(command)]
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    assert "AUC" in done.stdout
