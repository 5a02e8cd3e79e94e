import os
import pickle
import random
from contextlib import suppress

import pytest
import torch
from safetensors.torch import save_file

from ml.checkpoints.published_files import read_published
from ml.errors import WeightsInvalid

TENSORS = {"a.weight": torch.ones(2, 2), "b": torch.zeros(3)}


@pytest.mark.parametrize(
    "wrapped",
    [
        TENSORS,
        {"model": TENSORS, "optimizer": {"state": {}}, "epoch": 3},
        {"state_dict": {"model": TENSORS}},
        {"model": {f"module.{name}": values for name, values in TENSORS.items()}},
    ],
    ids=["bare", "model", "nested", "parallel"],
)
def test_tensors_are_found_in_every_wrapping(tmp_path, wrapped):
    torch.save(wrapped, tmp_path / "file.pth")
    found = read_published(tmp_path / "file.pth").tensors
    assert {name: values.tolist() for name, values in found.items()} == {
        name: values.tolist() for name, values in TENSORS.items()
    }


def test_old_pickles_of_torch_and_safetensors_are_read_too(tmp_path):
    torch.save(TENSORS, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    save_file(TENSORS, tmp_path / "new.safetensors")
    assert read_published(tmp_path / "old.pth").tensors.keys() == TENSORS.keys()
    assert read_published(tmp_path / "new.safetensors").tensors.keys() == TENSORS.keys()


class Harmful:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("is_torch", [True, False])
def test_code_in_a_checkpoint_is_refused_and_never_run(tmp_path, is_torch):
    trap, path = tmp_path / "trap", tmp_path / "bad.pth"
    values = {"model": TENSORS, "hook": Harmful(trap)}
    if is_torch:
        torch.save(values, path)
    else:
        path.write_bytes(pickle.dumps(values, protocol=2))
    with pytest.raises(WeightsInvalid, match="bad.pth holds more than tensors .* code of a checkpoint is never run"):
        read_published(path)
    assert not trap.exists()


@pytest.mark.parametrize("name", ["cut.pth", "cut.safetensors"])
@pytest.mark.parametrize("keep", [0, 40, -60])
def test_a_truncated_file_is_named(tmp_path, name, keep):
    path = tmp_path / name
    if path.suffix == ".pth":
        torch.save(TENSORS, path)
    else:
        save_file(TENSORS, path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(WeightsInvalid, match=name):
        read_published(path)


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("is_zip", [True, False])
def test_no_damage_ends_in_anything_but_a_line(tmp_path, is_zip):
    path, rng = tmp_path / "damaged.pth", random.Random(0)
    values = {"model": TENSORS, "epoch": 3, "optimizer": {"lr": 0.1, "steps": [1, 2, (3, "x")]}}
    torch.save(values, path, _use_new_zipfile_serialization=is_zip)
    whole = path.read_bytes()
    for _ in range(400):
        changed = bytearray(whole)
        for _ in range(rng.randint(1, 6)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        path.write_bytes(bytes(changed))
        with suppress(WeightsInvalid):
            read_published(path)


@pytest.mark.parametrize(
    ("values", "message"), [({"epoch": 3}, "holds no tensors"), ([torch.ones(1)], "holds a list, not named tensors")]
)
def test_a_file_of_something_else_is_refused(tmp_path, values, message):
    torch.save(values, tmp_path / "other.pth")
    with pytest.raises(WeightsInvalid, match=message):
        read_published(tmp_path / "other.pth")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(WeightsInvalid, match="nowhere.pth: there is no such file"):
        read_published(tmp_path / "nowhere.pth")
