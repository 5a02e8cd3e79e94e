import math

import torch

from benchmarks.full_size import figures
from ml.checkpoints.geometry import SMALL


def test_every_figure_is_measured_on_the_small_geometry(monkeypatch):
    monkeypatch.setattr("benchmarks.full_size.REPEATS", 1)
    measured = figures(SMALL, torch.device("cpu"), side=64)
    assert {figure.unit for figure in measured} == {"TFLOP/s", "GB/s", "clips/s", "%", "tokens/s", "s"}
    assert all(math.isfinite(figure.value) and figure.value > 0 for figure in measured)
    assert len(measured) == 2 + 6 + 1 + 6
