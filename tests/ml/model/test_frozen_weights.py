import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from ml.errors import WeightsInvalid
from ml.model.frozen_weights import fill_frozen

CPU = torch.device("cpu")


def on_meta():
    with torch.device("meta"):
        return nn.Linear(3, 2)


def test_a_network_gets_its_weights_and_is_frozen(tmp_path):
    weight, bias = torch.randn(2, 3), torch.randn(2)
    save_file({"weight": weight, "bias": bias}, tmp_path / "model.safetensors")
    network = on_meta()
    fill_frozen(network, tmp_path, dtype=torch.bfloat16, device=CPU)
    assert torch.equal(network.weight, weight.bfloat16())
    assert not network.training and not any(values.requires_grad for values in network.parameters())


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"weight": torch.zeros(2, 3)}, "lacks 'bias'"),
        ({"weight": torch.zeros(2, 3), "bias": torch.zeros(2), "scale": torch.zeros(2)}, "unknown 'scale'"),
        ({"weight": torch.zeros(2, 4), "bias": torch.zeros(2)}, r"'weight' is \[2, 4\] but config.json says \[2, 3\]"),
    ],
)
def test_weights_of_another_network_are_refused_by_name(tmp_path, tensors, message):
    save_file(tensors, tmp_path / "model.safetensors")
    with pytest.raises(WeightsInvalid, match=message):
        fill_frozen(on_meta(), tmp_path, dtype=torch.float32, device=CPU)


def test_a_truncated_or_missing_file_is_named(tmp_path):
    with pytest.raises(WeightsInvalid, match="model.safetensors cannot be read"):
        fill_frozen(on_meta(), tmp_path, dtype=torch.float32, device=CPU)
    save_file({"weight": torch.zeros(2, 3), "bias": torch.zeros(2)}, tmp_path / "model.safetensors")
    path = tmp_path / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(WeightsInvalid, match="model.safetensors cannot be read"):
        fill_frozen(on_meta(), tmp_path, dtype=torch.float32, device=CPU)
