import math

import pytest
import torch
from transformers import AutoModel

from benchmarks.video_vlm import PATCHES, PICTURES, figures, qwen2_5_vl_3b, smolvlm2_500m
from ml.model.clip_vision import PixelLayout
from tests.ml.small_models import VLM_CONFIGS


def test_every_figure_is_measured_on_a_small_model(monkeypatch):
    monkeypatch.setattr("benchmarks.full_size.REPEATS", 1)
    measured = figures("small", VLM_CONFIGS["qwen2_5_vl"](), PATCHES, 56, torch.device("cpu"), compute=1e9)
    assert [figure.unit for figure in measured] == ["clips/s", "x real time", "%"]
    assert all(math.isfinite(figure.value) and figure.value > 0 for figure in measured)
    assert measured[1].value == pytest.approx(2 * measured[0].value)


@pytest.mark.parametrize(
    ("config", "layout", "parts", "millions"),
    [
        (qwen2_5_vl_3b, PATCHES, ("visual",), (668, 670)),
        (smolvlm2_500m, PICTURES, ("vision_model", "connector"), (98, 100)),
    ],
)
def test_the_sizes_are_the_published_ones(config, layout: PixelLayout, parts, millions):
    with torch.device("meta"):
        model = AutoModel.from_config(config())
    counted = sum(value.numel() for part in parts for value in getattr(model, part).parameters()) / 1e6
    assert millions[0] <= counted <= millions[1]
    assert config().vision_config.patch_size == layout.patch
