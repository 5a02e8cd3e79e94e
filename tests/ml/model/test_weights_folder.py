"""Folders of weights: found, pinned, whole, without pickles and code, and told apart by their bytes."""

import json
import os
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import huggingface_hub.constants
import pytest
import torch
from safetensors.torch import save_file

from ml.errors import WeightsInvalid
from ml.model.weights_folder import HASHES_FILE, check_folder, resolve_weights, weights_identity

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def _offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))


def whole_folder(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "llama"}')
    save_file({"a": torch.ones(3), "b": torch.zeros(2)}, folder / "model.safetensors")
    return folder


def sharded_folder(folder: Path) -> Path:
    whole_folder(folder)
    (folder / "model.safetensors").unlink()
    save_file({"a": torch.ones(3)}, folder / "model-1.safetensors")
    save_file({"b": torch.ones(3)}, folder / "model-2.safetensors")
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return folder


def refusal(action: object, *arguments: object) -> str:
    with pytest.raises(WeightsInvalid) as caught:
        action(*arguments)  # type: ignore[operator]
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_a_folder_below_the_root_an_absolute_folder_and_a_pinned_hub_id(tmp_path: Path) -> None:
    folder = whole_folder(tmp_path / "weights" / "Qwen" / "Qwen2.5-VL-3B")
    assert resolve_weights("Qwen/Qwen2.5-VL-3B", "", tmp_path / "weights") == folder
    assert resolve_weights(str(folder), "", "") == folder
    snapshot = whole_folder(tmp_path / "hub" / "models--owner--name" / "snapshots" / COMMIT)
    assert resolve_weights("owner/name", COMMIT, tmp_path / "weights") == snapshot


@pytest.mark.parametrize("revision", ["", "main", "v1.0", COMMIT[:12]])
def test_a_hub_id_without_a_whole_commit_is_refused(tmp_path: Path, revision: str) -> None:
    assert "not pinned" in refusal(resolve_weights, "owner/name", revision, tmp_path)


def test_a_pinned_hub_id_that_cannot_be_reached_names_the_cure(tmp_path: Path) -> None:
    told = refusal(resolve_weights, "owner/name", COMMIT, tmp_path)
    assert "owner/name" in told
    assert "below the weights root" in told


class EmptyHub(BaseHTTPRequestHandler):
    """A hub that knows no repository."""

    def do_GET(self) -> None:
        self.send_error(404)

    do_HEAD = do_GET

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing."""


def test_a_hub_without_the_repository_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with HTTPServer(("127.0.0.1", 0), EmptyHub) as hub:
        threading.Thread(target=hub.serve_forever, daemon=True).start()
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", f"http://127.0.0.1:{hub.server_port}")
        told = refusal(resolve_weights, "owner/name", COMMIT, tmp_path)
        hub.shutdown()
    assert "weights 'owner/name'" in told
    assert "cannot be fetched" in told
    assert "404" in told


@pytest.mark.parametrize("weights", ["", "no-such-folder", "../elsewhere", "/no/such/folder"])
def test_names_of_nothing_are_refused(tmp_path: Path, weights: str) -> None:
    assert refusal(resolve_weights, weights, "", tmp_path)


def test_whole_folders_pass(tmp_path: Path) -> None:
    check_folder(whole_folder(tmp_path / "one"))
    check_folder(sharded_folder(tmp_path / "sharded"))


def test_a_folder_without_a_configuration_or_with_a_broken_one_is_refused(tmp_path: Path) -> None:
    assert "config.json" in refusal(check_folder, tmp_path)
    folder = whole_folder(tmp_path / "one")
    (folder / "config.json").write_text('{"model_type"')
    assert "config.json cannot be read" in refusal(check_folder, folder)
    (folder / "config.json").write_text("[]")
    assert "no JSON object" in refusal(check_folder, folder)


def test_pickles_alone_are_refused_and_the_conversion_is_named(tmp_path: Path) -> None:
    folder = whole_folder(tmp_path / "one")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    told = refusal(check_folder, folder)
    assert "pytorch_model.bin" in told
    assert "convert" in told


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "processor_config.json"])
def test_code_that_comes_with_weights_is_refused(tmp_path: Path, name: str) -> None:
    folder = whole_folder(tmp_path / "one")
    (folder / name).write_text(json.dumps({"model_type": "videollama3_qwen2", "auto_map": {"AutoModel": "x.Y"}}))
    told = refusal(check_folder, folder)
    assert name in told
    assert "auto_map" in told


def test_truncated_and_missing_files_are_named(tmp_path: Path) -> None:
    folder = whole_folder(tmp_path / "one")
    os.truncate(folder / "model.safetensors", (folder / "model.safetensors").stat().st_size - 4)
    assert re.search("model.safetensors is broken or cut short", refusal(check_folder, folder))
    (folder / "model.safetensors").unlink()
    assert "no model.safetensors" in refusal(check_folder, folder)
    sharded = sharded_folder(tmp_path / "sharded")
    save_file({"other": torch.ones(1)}, sharded / "model-2.safetensors")
    assert "model-2.safetensors lacks b" in refusal(check_folder, sharded)
    (sharded / "model-2.safetensors").unlink()
    assert "model-2.safetensors is missing" in refusal(check_folder, sharded)


@pytest.mark.parametrize("index", ["{}", '{"weight_map": {"a": "../../elsewhere.safetensors"}}'])
def test_an_index_that_leads_elsewhere_or_nowhere_is_refused(tmp_path: Path, index: str) -> None:
    folder = sharded_folder(tmp_path / "sharded")
    (folder / "model.safetensors.index.json").write_text(index)
    assert "fetch the file again" in refusal(check_folder, folder)


def test_identity_follows_the_bytes_that_matter(tmp_path: Path) -> None:
    folder = whole_folder(tmp_path / "one")
    identity = weights_identity(folder)
    assert re.fullmatch("[0-9a-f]{64}", identity)
    assert identity == weights_identity(whole_folder(tmp_path / "copy"))
    (folder / "README.txt").write_text("about these weights")
    assert identity == weights_identity(folder)
    (folder / "preprocessor_config.json").write_text("{}")
    assert identity != weights_identity(folder)


def test_identity_counts_files_of_folders_below(tmp_path: Path) -> None:
    whole_folder(tmp_path / "all" / "vision")
    whole_folder(tmp_path / "all" / "llm")
    before = weights_identity(tmp_path / "all")
    save_file({"a": torch.ones(4)}, tmp_path / "all" / "llm" / "model.safetensors")
    assert weights_identity(tmp_path / "all") != before


def test_hashes_are_remembered_until_a_file_changes(tmp_path: Path) -> None:
    folder = whole_folder(tmp_path / "one")
    identity = weights_identity(folder)
    remembered = json.loads((folder / HASHES_FILE).read_text())
    remembered["config.json"][2] = "another"
    (folder / HASHES_FILE).write_text(json.dumps(remembered))
    assert weights_identity(folder) != identity, "what is remembered must be used"
    os.utime(folder / "config.json", ns=(1, 1))
    assert weights_identity(folder) == identity
    (folder / HASHES_FILE).write_text("not JSON")
    assert weights_identity(folder) == identity


def test_identity_of_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    assert "no safetensors" in refusal(weights_identity, tmp_path)
