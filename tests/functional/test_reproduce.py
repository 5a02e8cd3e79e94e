"""Every command of docs/reproduce.md, in its order, on folders of the shape of the downloads.

The commands are taken from the document. What differs is small: the data sets have a handful of short videos, the
checkpoints are random and tiny under the published names, so `convert` is told `--small`, and the profile is the
small one that it writes.
"""

import importlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "ml"))
from miniature_datasets import write_tad, write_ucf_crime

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "reproduce.md"
SMALL_PROFILE = "weights/vad_llama_7b/profile_published.yaml"


def commands():
    """All commands of the document's shell blocks, in order."""
    blocks = re.findall(r"^```sh\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines if line.strip()]


def as_small(words):
    """The same command for small random checkpoints."""
    if words[:4] == ["python", "-m", "ml.checkpoints", "convert"]:
        words = [*words, "--small"]
    return [SMALL_PROFILE if word == "vad_llama_7b_published" else word for word in words]


def run(words):
    """Run a command: several processes as they are started, one process in this one, which saves the imports."""
    if words[0] == "torchrun":
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone", *words[1:]]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
        ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)
        assert ended.returncode == 0, ended.stderr[:4000]
        return
    assert words[:2] == ["python", "-m"], f"{words[0]} is no command that this test can run"
    status = importlib.import_module(f"{words[2]}.__main__").main(words[3:])
    assert not status, f"{shlex.join(words)} ended with status {status}"


@pytest.fixture
def downloads(tmp_path, monkeypatch):
    """A folder that holds what section 1 of the document asks for."""
    monkeypatch.chdir(tmp_path)
    write_ucf_crime(tmp_path / "UCF-Crime")
    write_tad(tmp_path / "TAD")
    run(["python", "-m", "ml.checkpoints", "random", "--small", "--as-published", "--out", "checkpoints"])
    checkpoints = tmp_path / "checkpoints"
    (checkpoints / "video_llama.pth").rename(checkpoints / "finetune-vicuna7b-v2.pth")
    (checkpoints / "vicuna").rename(checkpoints / "vicuna-7b")
    return tmp_path


@pytest.mark.slow
def test_every_command_of_the_document_runs_and_ends_in_the_figures_of_the_table(downloads, capfd):
    told = {}
    for words in commands():
        run(as_small(words))
        told[shlex.join(words)] = capfd.readouterr().out
    evaluations = [out for line, out in told.items() if "ml.evaluation" in line]
    assert len(evaluations) == 6
    for out in evaluations:
        assert "AUC, all videos (AUC_O)" in out
        assert "AUC, abnormal videos (AUC_A)" in out
    assert sum("rule parity" in out and "rule correct" in out for out in evaluations) == 5
    # Each phase left its mark, and phase 2 went on from phase 1, phase 3 from phase 2.
    phases = {name: json.loads((downloads / name / "model_card.json").read_text()) for name in ("ucf-ltc", "ucf-full")}
    assert (phases["ucf-ltc"]["phases"], phases["ucf-ltc"]["parent"]) == ([2], "ucf-vador")
    assert (phases["ucf-full"]["phases"], phases["ucf-full"]["parent"]) == ([3], "ucf-ltc")
    predictions = json.loads((downloads / "ucf-full.predictions.json").read_text())
    assert {video["name"] for video in predictions["videos"]} == {
        "Abuse/Abuse028_x264.mp4", "Fighting/Fighting018_x264.mp4", "Normal_Videos_003_x264.mp4",
    }  # fmt: skip
    for video in predictions["videos"]:
        assert len(video["prediction"]["scores"]["raw"]) == 16, "as published, 16 clips a video"
        assert video["prediction"]["judgement"]["text"]


def test_the_document_has_no_command_that_is_not_run():
    """A command outside the shell blocks would rot; prose may name options only."""
    text = DOCUMENT.read_text("utf-8")
    assert len(commands()) >= 17
    outside = re.sub(r"^```sh\n.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    assert "python -m" not in outside
