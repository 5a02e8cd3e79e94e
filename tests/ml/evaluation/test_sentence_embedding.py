import sys

import numpy as np
import pytest
import torch
from transformers import BertModel

from ml.errors import WeightsInvalid
from ml.evaluation.sentence_embedding import PACKAGE, embedder, installed_model
from tests.ml.small_sentence_model import save_encoder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_encoder(tmp_path_factory.mktemp("encoder"))


def test_a_row_is_the_mean_of_the_tokens_of_length_one(folder):
    model = BertModel.from_pretrained(folder).eval()
    with torch.inference_mode():
        hidden = model(torch.tensor([[2, 4, 5, 6, 3]])).last_hidden_state[0].mean(0).numpy()
    (row,) = embedder(folder)(["a man falls"])
    np.testing.assert_allclose(row, hidden / np.linalg.norm(hidden), atol=1e-5)


def test_a_sentence_does_not_depend_on_its_neighbours(folder):
    embed = embedder(folder)
    sentences = ["flames rise", "a man falls in the street"] * 20
    together = embed(sentences)
    assert together.shape == (40, 16)
    np.testing.assert_allclose(together[0], embed(["flames rise"])[0], atol=1e-5)


def test_a_folder_that_is_no_model_is_refused(tmp_path, folder):
    with pytest.raises(WeightsInvalid, match="config.json"):
        embedder(tmp_path)
    broken = save_encoder(tmp_path / "broken")
    whole = (broken / "model.safetensors").read_bytes()
    (broken / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WeightsInvalid, match="model.safetensors"):
        embedder(broken)


def test_the_package_is_found_without_running_it(tmp_path, monkeypatch, folder):
    package = tmp_path / PACKAGE
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('this must not run')\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert installed_model() is None, "without its files it is of no use"
    save_encoder(package / "model")
    assert installed_model() == package / "model"
    assert PACKAGE not in sys.modules
