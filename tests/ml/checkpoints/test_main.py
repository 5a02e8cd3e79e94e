import json
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

sys.path.insert(0, str(Path(__file__).parents[1]))
from converted import convert_arguments, published_small

from ml.checkpoints.__main__ import main


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return published_small(tmp_path_factory.mktemp("weights"))


def everything(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_convert_writes_the_folder_and_its_manifest(files, tmp_path, capsys):
    assert main(["convert", "--small", "--json", "--out", str(tmp_path / "w"), *convert_arguments(files)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["unmatched"] == told["missing"] == []
    manifest = json.loads((tmp_path / "w" / "manifest.json").read_text())
    assert set(manifest["sources"]) == {
        "--eva eva_vit_g.pth",
        "--blip2 blip2_pretrained_flant5xxl.pth",
        "--video-llama video_llama.pth",
        "--vad-llama vad_llama.pth",
    }
    assert manifest["tensors"]["qformer"]["query_tokens"] == "blip2_pretrained_flant5xxl.pth: query_tokens"
    for part in ("vision", "qformer", "video_qformer", "adaptor"):
        assert set(load_file(tmp_path / "w" / part / "model.safetensors")) == set(manifest["tensors"][part])
    written = {name for name in everything(tmp_path / "w") if not Path(name).name.startswith(".")}
    assert set(manifest["files"]) == written - {"manifest.json"}
    assert [path.name for path in tmp_path.iterdir()] == ["w"]


def test_a_refusal_lists_what_is_missing_and_writes_nothing(files, tmp_path, capsys):
    arguments = convert_arguments(files, "--blip2", "--vad-llama")
    assert main(["convert", "--small", "--out", str(tmp_path / "w"), *arguments]) == 2
    out, error = capsys.readouterr()
    assert [line for line in out.splitlines() if line.startswith("missing: ")] == [
        "missing: all of Qformer",
        "missing: all of ln_vision",
        "missing: all of query_tokens",
    ]
    assert error.startswith("refused: nothing of Qformer, ln_vision, query_tokens ") and len(error.splitlines()) == 1
    assert main(["convert", "--small", "--json", "--out", str(tmp_path / "w"), *arguments]) == 2
    assert "ln_vision.bias" in json.loads(capsys.readouterr().out)["missing"]
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_kept_without_force_and_after_a_failure(files, tmp_path, capsys):
    out = tmp_path / "w"
    assert main(["random", "--small", "--without-llm", "--out", str(out)]) == 0
    before = everything(out)
    assert main(["convert", "--small", "--out", str(out), *convert_arguments(files)]) == 2
    assert "exists already and is left as it is" in capsys.readouterr().err
    assert main(["convert", "--small", "--force", "--out", str(out), *convert_arguments(files, "--eva")]) == 2
    assert everything(out) == before
    assert main(["convert", "--small", "--force", "--out", str(out), *convert_arguments(files)]) == 0
    assert everything(out) != before
    assert [path.name for path in tmp_path.iterdir()] == ["w"]


def test_another_profiles_artefact_is_no_published_checkpoint(files, tmp_path, capsys):
    other = tmp_path / "detector.pth"
    torch.save({"vador.predictors.0.layers.0.weight": torch.zeros(64, 64)}, other)
    arguments = [*convert_arguments(files, "--blip2"), "--blip2", str(other)]
    assert main(["convert", "--small", "--out", str(tmp_path / "w"), *arguments]) == 2
    out, error = capsys.readouterr()
    assert "unmatched: detector.pth: vador.predictors.0.layers.0.weight" in out.splitlines()
    assert "nothing of Qformer, ln_vision, query_tokens is in these files" in error


def test_inspect_tells_sizes_and_sees_a_changed_file(files, tmp_path, capsys):
    out = tmp_path / "w"
    main(["convert", "--small", "--out", str(out), *convert_arguments(files)])
    capsys.readouterr()
    assert main(["inspect", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["geometry"] == "small"
    assert all(file["is_as_written"] for file in told["files"])
    by_path = {file["path"]: file["parameters"] for file in told["files"]}
    assert by_path["vision/model.safetensors"] == told["parameters"]["vision"]
    path = out / "qformer" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\1")
    assert main(["inspect", str(out)]) == 2
    printed, error = capsys.readouterr()
    changed = [line for line in printed.splitlines() if "CHANGED" in line]
    assert len(changed) == 1 and "qformer/model.safetensors" in changed[0]
    assert error == "refused: qformer/model.safetensors: changed since it was written; convert the weights again\n"
    path.write_bytes(path.read_bytes()[:-4])
    assert main(["inspect", str(out)]) == 2
    assert "qformer/model.safetensors is broken or cut short" in capsys.readouterr().err


def test_inspect_sees_a_change_in_any_file(files, tmp_path, capsys):
    out = tmp_path / "w"
    main(["convert", "--small", "--out", str(out), *convert_arguments(files)])
    listed = json.loads((out / "manifest.json").read_text())["files"]
    capsys.readouterr()
    assert main(["inspect", str(out)]) == 0
    assert "CHANGED" not in capsys.readouterr().out
    (out / "vision" / "config.json").write_text("{}")
    (out / "llm" / "tokenizer.json").write_text("{}")
    assert main(["inspect", str(out), "--json"]) == 2
    printed, error = capsys.readouterr()
    told = {file["path"]: file["is_as_written"] for file in json.loads(printed)["files"]}
    assert set(told) == set(listed)
    assert [path for path, is_as_written in told.items() if not is_as_written] == [
        "llm/tokenizer.json",
        "vision/config.json",
    ]
    assert error.startswith("refused: llm/tokenizer.json, vision/config.json: changed since it was written")
    assert len(error.splitlines()) == 1


def test_force_into_the_folder_one_stands_in(files, tmp_path, monkeypatch, capsys):
    (tmp_path / "w").mkdir()
    monkeypatch.chdir(tmp_path / "w")
    assert main(["convert", "--small", "--force", "--out", ".", *convert_arguments(files)]) == 0
    assert "weights: w\n" in (tmp_path / "w" / "profile.yaml").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["w"]


def test_force_never_replaces_a_folder_of_something_else(files, tmp_path, capsys):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "weights").write_text("mine")
    assert main(["convert", "--small", "--force", "--out", str(tmp_path), *convert_arguments(files)]) == 2
    assert "holds precious/weights, which no conversion wrote" in capsys.readouterr().err
    assert everything(tmp_path) == {"precious/weights": b"mine"}


def test_inspect_without_a_folder_tells_the_papers_sizes(capsys):
    assert main(["inspect", "--json"]) == 0
    counts = json.loads(capsys.readouterr().out)["parameters"]
    assert counts["phase 1 trains"] == 49_474
    assert counts["phase 2 trains"] == 248_002
    assert counts["phase 3 trains"] == 6_299_648
    assert round(counts["vision"] / 1e6) == 986
    assert round(counts["qformer"] / 1e6) == 105


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_without_a_manifest_is_refused(tmp_path, folder, capsys):
    assert main(["inspect", str(tmp_path / folder)]) == 2
    assert "manifest.json" in capsys.readouterr().err


def test_equal_seeds_give_equal_weights(tmp_path):
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        main(["random", "--small", "--without-llm", "--seed", seed, "--out", str(tmp_path / name)])
    weights = {name: (tmp_path / name / "vision" / "model.safetensors").read_bytes() for name in "abc"}
    assert weights["a"] == weights["b"] != weights["c"]


@pytest.mark.parametrize("command", [["--help"], ["convert", "--help"]])
def test_help_names_the_files(command, capsys):
    with pytest.raises(SystemExit, match="0"):
        main(command)
    assert "blip2_pretrained_flant5xxl.pth" in capsys.readouterr().out
