"""Two real processes (gloo, on the CPU) against one."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from ml.errors import JobInvalid
from ml.profiles.loading import load_profile
from ml.training.batches import VideoClips
from ml.training.detector_loss import branch_loss
from ml.training.epochs import train_epochs
from ml.training.processes import ALONE, processes_of_launch
from ml.training.targets import ClipTargets

PROFILE = load_profile("tiny")
RECIPE = dataclasses.replace(
    PROFILE.phase1, epochs=4, batch_videos=3, max_clips=5, checkpoint_every=1, warmup_steps=2, learning_rate=0.01
)


def videos():
    """Seven videos, so that the last batch of an epoch leaves one process without any; glances and verdicts too."""
    generator = torch.Generator().manual_seed(0)
    made = []
    for index in range(7):
        clips = 3 + index
        target = torch.rand(clips, generator=generator)
        weight = (torch.rand(clips, generator=generator) > 0.5).float()
        glance = torch.arange(clips) == index % 3
        bag = float((index % 3) - 1)
        said = ClipTargets(bag, target, weight, glance & (bag == 1), torch.full((clips,), -1), ())
        tokens = torch.randn(clips, 1, 4, generator=generator)
        made.append(VideoClips(tokens, torch.arange(clips) * 2000.0, said, left_out_by=(index % 2,)))
    return made


class Heads(torch.nn.Module):
    """Two members; the second is left without a gradient in batches that both its folds leave out."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(2)
        self.heads = torch.nn.ModuleList([torch.nn.Linear(4, 2) for _ in range(2)])

    def forward(self, tokens_NTD):
        return torch.stack([head(tokens_NTD[:, 0]) for head in self.heads], 1)


def fit(checkpoint, processes, stop_after=None, form="vigil"):
    """Losses that were told and the module, trained to the end or until it was stopped."""
    module, told = Heads(), []
    losses = dataclasses.replace(PROFILE.losses, form=form)

    def batch_loss(batch):
        return branch_loss(module(batch.tokens_BCTD[batch.is_clip_BC]), batch, losses, processes.total)

    train_epochs(
        module,
        list(module.parameters()),
        batch_loss,
        videos(),
        recipe=RECIPE,
        seed=5,
        checkpoint=checkpoint,
        on_epoch=lambda *line: told.append(line),
        should_stop=lambda: stop_after is not None and processes.is_main and len(told) >= stop_after,
        processes=processes,
    )
    return module, told


def launch(folder, form):
    """This file in two processes."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", __file__]
    paths = os.pathsep.join([str(Path(__file__).parents[3]), *sys.path])
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.run(
        [*command, str(folder), form], capture_output=True, text=True, timeout=240, check=False, env=environment
    )


@pytest.mark.parametrize("form", ["vigil", "published"])
def test_two_processes_make_the_update_of_one_and_any_number_goes_on_from_a_checkpoint(tmp_path, form):
    straight, told = fit(tmp_path / "one.safetensors", ALONE, form=form)
    ended = launch(tmp_path, form)
    assert ended.returncode == 0, ended.stderr[:6000]
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["shares"] == [4, 3]
    assert report["any"] == [True, True]
    assert report["losses"] == pytest.approx([line[2] for line in told], abs=1e-5)
    both = [load_file(tmp_path / f"rank{rank}.safetensors") for rank in range(2)]
    for name, value in straight.state_dict().items():
        assert torch.equal(both[0][name], both[1][name])
        assert torch.allclose(value, both[0][name], atol=1e-5)
    # Two processes were stopped after two epochs; one goes on from their checkpoint.
    resumed, rest = fit(tmp_path / "stopped.safetensors", ALONE, form=form)
    assert [line[0] for line in rest] == [3, 4]
    for name, value in straight.state_dict().items():
        assert torch.allclose(value, resumed.state_dict()[name], atol=1e-5)


def test_one_process_is_left_alone():
    parameter = torch.nn.Parameter(torch.ones(2))
    ALONE.sum_gradients([parameter])
    assert parameter.grad is None
    assert (ALONE.rank, ALONE.count, ALONE.is_main) == (0, 1, True)
    assert (ALONE.share([1, 2]), ALONE.gathered([1]), ALONE.any(True), ALONE.any(False)) == ([1, 2], [1], True, False)
    assert processes_of_launch() is ALONE


def test_one_process_where_several_were_asked_for_is_told(monkeypatch):
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setenv("ACCELERATE_USE_CPU", "True")
    with pytest.raises(JobInvalid, match="torchrun --nproc-per-node"):
        processes_of_launch()


def main(folder, form):
    """What each of two processes does."""
    from safetensors.torch import save_file

    from ml.errors import TrainingStopped

    processes = processes_of_launch()
    module, told = fit(folder / "two.safetensors", processes, form=form)
    save_file(module.state_dict(), folder / f"rank{processes.rank}.safetensors")
    with pytest.raises(TrainingStopped):
        fit(folder / "stopped.safetensors", processes, stop_after=2, form=form)
    shares = processes.gathered([len(processes.share(videos()))])
    agreed = processes.gathered([processes.any(processes.rank == 1)])
    other = torch.nn.Linear(2, 2)
    torch.nn.init.constant_(other.weight, float(processes.rank))
    processes.same_everywhere(other)
    assert other.weight.sum() == 0
    if processes.is_main:
        report = {"losses": [line[2] for line in told], "shares": shares, "any": agreed}
        (folder / "report.json").write_text(json.dumps(report))
    processes.barrier()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
