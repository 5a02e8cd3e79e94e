"""A whole run, features and three phases, in two processes and in one: the same model, written once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

sys.path.insert(0, str(Path(__file__).parents[1] / "ml"))
from footage import video_ref, write_video
from quick_profile import write_quick_profile

from ml.contracts import Glance, TrainingJob, TrainingVideo, VideoRef
from ml.datasets.index import DatasetIndex, IndexedVideo, write_index
from ml.training.run import silent, train

ROOT = Path(__file__).parents[2]


@pytest.fixture
def library(tmp_path):
    """Five videos, one of them with a glance, and one whose file is gone."""
    videos = []
    for number in range(5):
        path = write_video(tmp_path / f"v{number}.mp4", seconds=8, shakes_from_s=2 if number % 2 else None, seed=number)
        ref = video_ref(path, "abnormal" if number % 2 else "normal", classes=("Shaking",) if number % 2 else ())
        videos.append(TrainingVideo(ref, glances=(Glance(3000),) if number == 1 else ()))
    videos.append(TrainingVideo(VideoRef("gone", "gone.mp4", str(tmp_path / "gone.mp4"), 0, "normal")))
    write_index(tmp_path / "index.json", DatasetIndex("test", tuple(IndexedVideo(video, 64, 8.0) for video in videos)))
    return tmp_path, tuple(videos)


def two_processes(folder, profile):
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    names = {"videos": "index.json", "out": "both", "work": "work2", "store": "store2"}
    options = [word for name, value in names.items() for word in (f"--{name}", str(folder / value))]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.run(
        [*command, "-m", "ml.training", *options, "--profile", profile, "--json", "--quiet"],
        capture_output=True, text=True, timeout=300, check=False, env=environment,
    )  # fmt: skip


@pytest.mark.slow
def test_two_processes_make_the_model_of_one(library):
    folder, videos = library
    profile = write_quick_profile(folder / "quick.yaml")
    ended = two_processes(folder, profile)
    assert ended.returncode == 0, ended.stderr[:4000]
    (line,) = ended.stdout.splitlines()
    told = json.loads(line)
    paths = {name: str(folder / name) for name in ("one", "work", "store")}
    job = TrainingJob(videos, profile, (1, 2, 3), paths["one"], paths["work"], paths["store"], "surveillance")
    alone = train(job, silent, lambda: False)
    assert told["counts"] == dict(alone.counts)
    assert told["counts"]["unreadable_videos"] == 1
    assert told["metrics"] == pytest.approx(dict(alone.metrics), abs=1e-4)
    for name in ("detector.safetensors", "language/model.safetensors", "language/adaptor.safetensors"):
        one, both = load_file(folder / "one" / name), load_file(folder / "both" / name)
        assert one.keys() == both.keys()
        for key, value in one.items():
            assert torch.allclose(value.float(), both[key].float(), atol=1e-4), f"{name}: {key}"
