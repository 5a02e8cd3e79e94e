import dataclasses

import pytest
import torch
from safetensors.torch import load_file

from ml.errors import JobInvalid, PlaceUnwritable, TrainingStopped
from ml.profiles.loading import load_profile
from ml.training.batches import VideoClips
from ml.training.epochs import learning_rate, train_epochs
from ml.training.targets import ClipTargets

RECIPE = dataclasses.replace(load_profile("tiny").phase1, epochs=6, batch_videos=2, checkpoint_every=2, warmup_steps=2)


def videos():
    generator = torch.Generator().manual_seed(0)
    nothing = torch.zeros(4)
    return [
        VideoClips(
            torch.randn(4, 2, 3, generator=generator),
            nothing,
            ClipTargets(float(label), nothing, nothing, nothing.bool(), nothing.long(), ()),
        )
        for label in (0, 1, 0)
    ]


def network():
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Dropout(0.5), torch.nn.Linear(6, 1))


def fit(module, checkpoint, should_stop=lambda: False, told=None):
    def loss(batch):
        odds = module(batch.tokens_BCTD.flatten(2)).squeeze(-1).amax(1)
        return torch.nn.functional.binary_cross_entropy_with_logits(odds, batch.bag_B)

    told = [] if told is None else told
    return train_epochs(
        module,
        list(module.parameters()),
        loss,
        videos(),
        recipe=RECIPE,
        seed=5,
        checkpoint=checkpoint,
        on_epoch=lambda *line: told.append(line),
        should_stop=should_stop,
    )


@pytest.mark.parametrize(("steps", "epoch"), [(0, 1), (1, 1), (6, 4), (7, 4), (11, 6)])
def test_a_run_that_was_stopped_at_any_step_ends_with_the_same_weights(tmp_path, steps, epoch):
    straight, broken, whole = network(), network(), []
    fit(straight, tmp_path / "straight.safetensors", told=whole)
    asked = iter([False] * steps + [True])
    with pytest.raises(TrainingStopped):
        fit(broken, tmp_path / "broken.safetensors", should_stop=lambda: next(asked))
    resumed, told = network(), []
    fit(resumed, tmp_path / "broken.safetensors", told=told)
    assert told == whole[epoch - 1 :]
    assert torch.equal(straight[1].weight, resumed[1].weight)
    assert torch.equal(straight[1].bias, resumed[1].bias)


def test_a_kill_costs_no_more_than_a_checkpoint_interval(tmp_path):
    told, module = [], network()

    def killed(*line):
        told.append(line)
        if line[0] == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_epochs(
            module,
            list(module.parameters()),
            lambda batch: module[1](batch.tokens_BCTD.flatten(2)).mean(),
            videos(),
            recipe=RECIPE,
            seed=5,
            checkpoint=tmp_path / "c.safetensors",
            on_epoch=killed,
            should_stop=lambda: False,
        )
    again = []
    fit(network(), tmp_path / "c.safetensors", told=again)
    assert again[0][0] == 5


def test_a_broken_checkpoint_starts_over(tmp_path):
    checkpoint, told = tmp_path / "c.safetensors", []
    checkpoint.write_bytes(b"half")
    fit(network(), checkpoint, told=told)
    assert [line[0] for line in told] == [1, 2, 3, 4, 5, 6]
    assert checkpoint.with_suffix(".broken").read_bytes() == b"half"


def test_a_checkpoint_of_another_network_starts_over(tmp_path):
    fit(network(), tmp_path / "c.safetensors")
    other, told = torch.nn.Sequential(torch.nn.Dropout(0.5), torch.nn.Linear(6, 1, bias=False)), []
    fit(other, tmp_path / "c.safetensors", told=told)
    assert len(told) == 6


def test_frozen_weights_are_not_in_the_checkpoint(tmp_path):
    module = network()
    frozen = torch.nn.ModuleDict({"frozen": torch.nn.Linear(3, 3), "trained": module})
    train_epochs(
        frozen,
        list(module.parameters()),
        lambda batch: module[1](batch.tokens_BCTD.flatten(2)).mean(),
        videos(),
        recipe=RECIPE,
        seed=5,
        checkpoint=tmp_path / "c.safetensors",
        on_epoch=lambda *line: None,
        should_stop=lambda: False,
    )
    saved = {name for name in load_file(tmp_path / "c.safetensors") if name.startswith("trained.")}
    assert saved == {"trained.trained.1.weight", "trained.trained.1.bias"}


def test_a_finished_phase_is_not_trained_again(tmp_path):
    module, told = network(), []
    first = fit(module, tmp_path / "c.safetensors")
    assert fit(network(), tmp_path / "c.safetensors", told=told) == first
    assert told == []


def train_with(batch_loss, module, checkpoint, told):
    return train_epochs(
        module,
        list(module.parameters()),
        batch_loss,
        videos(),
        recipe=RECIPE,
        seed=5,
        checkpoint=checkpoint,
        on_epoch=lambda *line: told.append(line),
        should_stop=lambda: False,
    )


def test_a_loss_that_is_no_number_is_refused_and_the_sound_checkpoint_stays(tmp_path):
    checkpoint, told, module = tmp_path / "phase1.safetensors", [], network()

    def loss(batch):
        sound = module[1](batch.tokens_BCTD.flatten(2)).mean()
        return sound * float("nan") if len(told) == 4 else sound

    with pytest.raises(JobInvalid, match="phase1 came apart: the loss is nan in step 1 of epoch 5; lower its learning"):
        train_with(loss, module, checkpoint, told)
    assert module[1].weight.isfinite().all()
    again = []
    train_with(lambda batch: module[1](batch.tokens_BCTD.flatten(2)).mean(), module, checkpoint, again)
    assert [line[0] for line in again] == [5, 6]


def test_weights_that_an_endless_gradient_spoilt_are_not_kept(tmp_path):
    checkpoint, module = tmp_path / "phase2.safetensors", network()
    for parameter in module.parameters():
        parameter.register_hook(lambda gradient: gradient * float("inf"))
    losses = iter([1.0, 1.0, 1.0, 1.0])

    def loss(batch):
        # A finite loss whose gradient is not: what a square root at zero gives.
        return (module[1].weight.nan_to_num() * 0).sum() + next(losses)

    with pytest.raises(JobInvalid, match=r"phase2 came apart: 1\.weight has a value that is no finite number"):
        train_with(loss, module, checkpoint, [])
    assert not checkpoint.exists()


def test_a_checkpoint_that_cannot_be_written_is_one_line_and_leaves_no_draft(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PlaceUnwritable, match="file cannot be written .*; free some space there"):
        fit(network(), tmp_path / "file" / "phase1.safetensors")
    checkpoint = tmp_path / "work" / "phase1.safetensors"

    def stop_with_a_folder_in_the_way():
        checkpoint.mkdir(parents=True)
        return True

    with pytest.raises(PlaceUnwritable, match="work cannot be written"):
        fit(network(), checkpoint, should_stop=stop_with_a_folder_in_the_way)
    assert [path.name for path in checkpoint.parent.iterdir()] == [checkpoint.name]


def test_the_rate_warms_up_then_falls():
    rates = [learning_rate(step, 12, RECIPE) for step in range(12)]
    assert rates[0] == pytest.approx(RECIPE.learning_rate / 2)
    assert rates[2] == pytest.approx(RECIPE.learning_rate)
    assert all(later < earlier for earlier, later in zip(rates[2:], rates[3:], strict=False))
    assert learning_rate(12, 12, RECIPE) == pytest.approx(RECIPE.final_learning_rate)
