"""Phase 3 in two real processes (gloo, on the CPU) gives the model that one gives, from any checkpoint."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from ml.contracts import TrainingVideo
from ml.errors import TrainingStopped
from ml.model.language_artefact import LANGUAGE_DIR
from ml.model.scored_video import ScoredVideo
from ml.profiles.language import LanguageProfile
from ml.training.phase3 import run_phase3
from ml.training.processes import ALONE, Processes, processes_of_launch
from tests.ml.scored_videos import training_set, training_video
from tests.ml.small_models import save_llm

# Five conversations and one preference pair a step: shares of 3 and 2, of 1 and none.
SCRATCH = LanguageProfile(
    hidden_size=32, layers=1, heads=2, intermediate_size=48, slots=4, draws=2, steps=6, batch_size=5, warmup_steps=2,
    checkpoint_every=100, preference_weight=0.1, learning_rate=1e-3,
)  # fmt: skip
PROFILES = {
    "scratch": SCRATCH,
    "lora": replace(SCRATCH, llm="pretrained", weights="llm", trained="adaptor_lora", lora_rank=2, lora_dropout=0.0),
}

GENERAL = {
    "video": "dog.mp4",
    "conversations": [{"from": "human", "value": "<video>\nWhat is it?"}, {"from": "gpt", "value": "A dog."}],
}


@dataclass(frozen=True)
class Profile:
    language: LanguageProfile


def edited() -> list[tuple[TrainingVideo, ScoredVideo]]:
    return [
        (replace(known, segments=tuple(replace(segment, draft="A dog.") for segment in known.segments)), scored)
        for known, scored in training_set()
    ]


def run(folder: Path, name: str, processes: Processes = ALONE, stop_after: int | None = None) -> list[float]:
    """The losses that were told; weights of `lora` are in `folder/weights`."""
    told: list[float] = []
    general = {"general_path": str(folder.parent / "general.jsonl"), "general_share": 0.3}
    run_phase3(
        edited(), profile=Profile(replace(PROFILES[name], **general)), template="surveillance",
        artefact_dir=folder / "artefact", work_dir=folder / "work", seed=0,
        on_progress=lambda progress: told.append(progress.loss or 0.0),
        # One process alone is asked to stop: all must.
        should_stop=lambda: stop_after is not None and processes.is_main and len(told) >= stop_after,
        weights_dir=folder / "weights", processes=processes,
        general_video=lambda path: training_video(path.name, label=None, seed=77)[1],
    )  # fmt: skip
    return told


def launch(folder: Path) -> subprocess.CompletedProcess[str]:
    """This file in two processes."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", __file__]
    paths = os.pathsep.join([str(Path(__file__).parents[3]), *sys.path])
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.run(
        [*command, str(folder)], capture_output=True, text=True, timeout=600, check=False, env=environment
    )


def trained(folder: Path) -> dict[str, torch.Tensor]:
    files = sorted((folder / "artefact" / LANGUAGE_DIR).rglob("*.safetensors"))
    return {f"{path.name}:{name}": tensor for path in files for name, tensor in load_file(path).items()}


def test_two_processes_give_the_model_of_one_and_one_goes_on_where_two_stopped(tmp_path: Path) -> None:
    for name in PROFILES:
        for folder in ("one", "two", "stopped"):
            save_llm("llama", tmp_path / name / folder / "weights" / "llm")
        (tmp_path / name / "dog.mp4").write_bytes(b"video")
        (tmp_path / name / "general.jsonl").write_text(json.dumps(GENERAL), encoding="utf-8")

    ended = launch(tmp_path)

    assert ended.returncode == 0, ended.stderr[-6000:]
    for name in PROFILES:
        losses = run(tmp_path / name / "one", name)
        report = json.loads((tmp_path / name / "report.json").read_text())
        assert report["shares"] == [3, 2]
        assert report["told"] == pytest.approx(losses, abs=1e-4)
        assert report["told_elsewhere"] == []
        assert report["stopped"] == [True, True]
        # What two left after three steps is gone on with alone.
        assert run(tmp_path / name / "stopped", name) == pytest.approx(losses[3:], abs=1e-4)
        one = trained(tmp_path / name / "one")
        for folder in ("two", "stopped"):
            other = trained(tmp_path / name / folder)
            assert one.keys() == other.keys()
            for key, value in one.items():
                assert torch.allclose(value, other[key], atol=2e-5), f"{name} {key}"


def in_each_process(folder: Path, name: str, processes: Processes) -> None:
    """A whole run, and one that is stopped."""
    told = run(folder / "two", name, processes)
    has_stopped = False
    try:
        run(folder / "stopped", name, processes, stop_after=3)
    except TrainingStopped:
        has_stopped = True
    gathered = processes.gathered([(len(processes.share(range(5))), told, has_stopped)])
    if processes.is_main:
        report = {
            "shares": [share for share, _, _ in gathered],
            "told": gathered[0][1],
            "told_elsewhere": gathered[1][1],
            "stopped": [stopped for _, _, stopped in gathered],
        }
        (folder / "report.json").write_text(json.dumps(report))


if __name__ == "__main__":
    launched = processes_of_launch()
    for each in PROFILES:
        in_each_process(Path(sys.argv[1]) / each, each, launched)
