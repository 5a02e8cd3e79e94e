"""The command, as it is called."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from footage import write_video
from quick_profile import write_quick_profile

from ml.inference.__main__ import main as infer
from ml.training.__main__ import STOPPED, StopSignal, main


@pytest.fixture(autouse=True)
def handlers():
    """What the command does to signals is undone."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    rows = ["file,label,split"]
    for number, (label, split) in enumerate((("normal", "train"), ("Fight", "train"), ("Fight", "test"))):
        write_video(folder / f"v{number}.mp4", seconds=8, shakes_from_s=2 if label == "Fight" else None, seed=number)
        rows.append(f"v{number}.mp4,{label},{split}")
    (folder / "labels.csv").write_text("\n".join(rows))
    write_quick_profile(folder / "quick.yaml")
    return folder


def words(library, tmp_path, *more):
    names = {"--out": tmp_path / "model", "--work": tmp_path / "work", "--store": library / "store"}
    options = [str(word) for pair in names.items() for word in pair]
    return ["--videos", str(library / "labels.csv"), "--profile", str(library / "quick.yaml"), *options, *more]


def test_from_a_table_to_an_artefact_and_to_predictions(library, tmp_path, capsys):
    assert main(words(library, tmp_path, "--phases", "1,2", "--json")) == 0
    told = capsys.readouterr()
    outcome = json.loads(told.out)
    assert (outcome["profile"], outcome["counts"]["weak_labels"]) == ("quick", 2)
    assert "phase2 4/4, loss" in told.err
    out = tmp_path / "predictions.json"
    score = ["--artefact", str(tmp_path / "model"), "--videos", str(library / "labels.csv"), "--out", str(out)]
    assert infer([*score, "--store", str(library / "store"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["videos"] == 1
    written = json.loads(out.read_text())
    assert (written["format"], written["artefact_sha256"]) == ("vigil-predictions-1", outcome["artefact_sha256"])
    (video,) = written["videos"]
    assert (video["name"], video["frame_count"], video["duration_ms"]) == ("v2.mp4", 64, 8000)
    assert len(video["prediction"]["scores"]["fused"]) == 4
    assert infer([*score, "--store", str(library / "store")]) == 2
    assert "is there already; name another file" in capsys.readouterr().err
    assert main(words(library, tmp_path)) == 2
    assert "model is there already; name a new folder" in capsys.readouterr().err


def test_a_run_that_is_asked_to_stop_keeps_its_checkpoint_and_goes_on(library, tmp_path, capsys, monkeypatch):
    def stop_in_phase_2(progress):
        if progress.phase == "phase2":
            os.kill(os.getpid(), signal.SIGTERM)

    with monkeypatch.context() as patched:
        patched.setattr("ml.training.__main__._tell", stop_in_phase_2)
        assert main(words(library, tmp_path, "--phases", "1,2")) == STOPPED
    assert "stopped: training was stopped" in capsys.readouterr().err
    assert not (tmp_path / "model").exists()
    assert main(words(library, tmp_path, "--phases", "1,2")) == 0
    assert "phase1" not in capsys.readouterr().err


def test_a_second_signal_is_no_longer_held_back():
    asked = StopSignal()
    assert not asked()
    os.kill(os.getpid(), signal.SIGINT)
    assert asked()
    assert signal.getsignal(signal.SIGINT) == signal.SIG_DFL


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--phases", "1,4"], "give some of 1, 2 and 3"),
        (["--phases", "one"], "give some of 1, 2 and 3"),
        (["--phases", "2"], "add phase 1, or name a parent model"),
        (["--profile", "huge"], "there is no profile 'huge'"),
        (["--profile", "vad_llama_7b_published", "--weights", "nowhere"], "nowhere"),
        (["--template", "poetry", "--phases", "1,2,3"], "poetry"),
        (["--videos", "nowhere.json"], "nowhere.json cannot be read"),
        (["--out", "/dev/null/model"], "/dev/null cannot be written"),
        (["--work", "/dev/null/work"], "/dev/null/work cannot be written"),
        (["--store", "/dev/null/store"], "/dev/null"),
    ],
)
def test_bad_input_is_one_line_and_status_2(library, tmp_path, capsys, more, message):
    assert main(words(library, tmp_path, "--quiet", *more)) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.startswith("refused: ")
    assert error.count("\n") == 1
    assert not (tmp_path / "model").exists()


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "example:\n  python -m ml.training " in capsys.readouterr().out
