"""What the command refuses; what it writes is tested beside training (tests/ml/training/test_main.py)."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from footage import write_video

from ml.inference.__main__ import main


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_video(tmp_path / "a.mp4", seconds=2)
    (tmp_path / "labels.csv").write_text("file,label\na.mp4,normal\n")
    return tmp_path


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--split", "test"], "has no video in the split test; choose another --split"),
        (["--split", "train"], "nowhere/profile.json cannot be read"),
        (["--out", "no/such/p.json"], "there is no folder no/such to write p.json to"),
        (["--split", "train", "--device", "gpu"], "the device 'gpu' cannot be used"),
        (["--split", "train", "--out", "."], "is there already"),
        (["--videos", "labels.json"], "labels.json cannot be read"),
    ],
)
def test_bad_input_is_one_line_and_status_2(folder, capsys, more, message):
    words = ["--artefact", "nowhere", "--videos", "labels.csv", "--out", "p.json", "--store", "store"]
    assert main([*words, *more]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.startswith("refused: ")
    assert error.count("\n") == 1
    assert not (folder / "p.json").exists()


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "example:\n  python -m ml.inference " in capsys.readouterr().out
