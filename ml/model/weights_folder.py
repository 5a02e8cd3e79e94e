"""Folders of pretrained weights: where they are, whether they are whole and safe to read, and what they are.

Weights are named by a profile as a folder below the weights root, as an absolute folder, or as a hub id pinned to a
commit. Only safetensors are read and no code that comes with weights is ever run. What is found wrong is found before
a model is built, and said in one line that names the file and the cure.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import EntryNotFoundError, HTTPError  # type: ignore[attr-defined]
from safetensors import SafetensorError, safe_open

from ml.errors import WeightsInvalid

logger = logging.getLogger(__name__)

HUB_ERRORS = (OSError, ValueError, EntryNotFoundError, HTTPError)
"""What the hub's client raises: no such repository, no such commit, no way there, a connection that broke off."""
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
COMMIT = re.compile(r"[0-9a-f]{40}")
WANTED = ("*.safetensors", "*.safetensors.index.json", "*.json", "*.jinja", "*.txt", "*.model")
"""What is fetched of a hub repository: weights, configurations, tokenizers; never pickles, never code."""
PICKLES = ("*.bin", "*.pth", "*.pt", "*.ckpt")
DESCRIPTIONS = (
    "config.json",
    "tokenizer_config.json",
    "processor_config.json",
    "preprocessor_config.json",
    "video_preprocessor_config.json",
)
"""Files that could ask for code of their own (`auto_map`)."""
HASHES_FILE = ".sha256.json"
"""Remembers the hashes of a folder's files by size and time of change: 15 GB are read once, not at each start."""


def resolve_weights(weights: str, revision: str, weights_dir: str | Path) -> Path:
    """The folder with the weights that a profile names.

    Args:
        weights: folder below `weights_dir`, absolute folder, or hub id `owner/name`.
        revision: 40 hex digits of the commit that a hub id is pinned to; unused for folders.
        weights_dir: the weights root; empty where there is none.

    Raises:
        WeightsInvalid: no such folder, a hub id without a commit, or one that is neither cached nor reachable.
    """
    if not weights:
        raise WeightsInvalid("the profile names no weights; set `weights` to a folder below the weights root")
    if ".." in Path(weights).parts:
        raise WeightsInvalid(f"weights {weights!r} lead out of the weights root; name a folder below it")
    if (weights_dir or Path(weights).is_absolute()) and (folder := Path(weights_dir) / weights).is_dir():
        return folder
    if not HUB_ID.fullmatch(weights):
        root = str(weights_dir) or "(none is set)"
        raise WeightsInvalid(f"there are no weights {weights!r}: no such folder below the weights root {root}")
    if not COMMIT.fullmatch(revision):
        raise WeightsInvalid(
            f"weights {weights!r} are a hub id that is not pinned; set `revision` to the 40 hex digits of a commit, "
            "or put the folder below the weights root"
        )
    return _snapshot(weights, revision)


def check_folder(folder: Path) -> None:
    """Nothing where the folder holds a whole, safe model.

    Raises:
        WeightsInvalid: no config.json, only pickles, code of its own, a shard that is missing or truncated.
    """
    config = read_description(folder / "config.json")
    for name in DESCRIPTIONS:
        if (folder / name).exists() and "auto_map" in (described := read_description(folder / name)):
            raise WeightsInvalid(
                f"{folder / name} asks for code of its own (auto_map, model type "
                f"{described.get('model_type', config.get('model_type', 'unnamed'))!r}), which is never run; use a "
                "conversion for transformers (its name often ends in -hf) and delete auto_map from it"
            )
    for name, keys in _shards(folder).items():
        present = _tensor_names(folder / name)
        if absent := sorted(keys - present):
            raise WeightsInvalid(f"{folder / name} lacks {absent[0]} and {len(absent) - 1} more; fetch the file again")


def read_description(path: Path) -> dict[str, object]:
    """The JSON object in a file.

    Raises:
        WeightsInvalid: there is no such file, or it holds something else.
    """
    try:
        described = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise WeightsInvalid(f"{path.parent} has no {path.name}; it is no folder of a transformers model") from None
    except (OSError, ValueError) as error:
        raise WeightsInvalid(f"{path} cannot be read ({_one_line(error)}); fetch the file again") from None
    if not isinstance(described, dict):
        raise WeightsInvalid(f"{path} holds no JSON object; fetch the file again")
    return described


def weights_identity(folder: Path) -> str:
    """sha256 (64 hex digits) over all files of a folder and of those below it that make a model what it is.

    Equal identity means equal bytes of weights, configuration, tokenizer and preprocessing; names count, times and
    other files do not. The hashes are kept in the folder, where it can be written to.

    Raises:
        WeightsInvalid: no such folder, or one without any weights.
    """
    files = sorted(_files_of(folder))
    if not any(name.endswith(".safetensors") for name in files):
        raise WeightsInvalid(f"{folder} holds no safetensors weights; put some there")
    known = _read_hashes(folder)
    hashes: dict[str, list[object]] = {}
    for name in files:
        state = (folder / name).stat()
        before = known.get(name)
        if before is not None and before[:2] == [state.st_size, state.st_mtime_ns]:
            hashes[name] = before
        else:
            with (folder / name).open("rb") as stream:
                hashes[name] = [state.st_size, state.st_mtime_ns, hashlib.file_digest(stream, "sha256").hexdigest()]
    if hashes != known:
        _write_hashes(folder, hashes)
    told = json.dumps([[name, hashes[name][2]] for name in files])
    return hashlib.sha256(told.encode()).hexdigest()


def _snapshot(hub_id: str, revision: str) -> Path:
    """The folder of a pinned hub repository, from the hub's cache on this machine where it is whole there."""
    try:
        return Path(snapshot_download(hub_id, revision=revision, allow_patterns=list(WANTED), local_files_only=True))
    except HUB_ERRORS:
        logger.info("weights %s at %s are fetched from the hub", hub_id, revision)
    try:
        return Path(snapshot_download(hub_id, revision=revision, allow_patterns=list(WANTED)))
    except HUB_ERRORS as error:
        raise WeightsInvalid(
            f"weights {hub_id!r} at {revision} are not on this machine and cannot be fetched ({_one_line(error)}); "
            "put the folder below the weights root and name it there"
        ) from None


def _shards(folder: Path) -> dict[str, set[str]]:
    """Safetensors files of a model with the tensors that an index promises in each."""
    index = folder / "model.safetensors.index.json"
    if index.exists():
        weight_map = read_description(index).get("weight_map")
        if not isinstance(weight_map, dict) or not weight_map:
            raise WeightsInvalid(f"{index} has no weight_map; fetch the file again")
        shards: dict[str, set[str]] = {}
        for tensor, name in weight_map.items():
            if Path(str(name)).name != name:
                raise WeightsInvalid(f"{index} names {name!r}, which is no file of its folder; fetch the file again")
            shards.setdefault(name, set()).add(tensor)
        return shards
    if (folder / "model.safetensors").exists():
        return {"model.safetensors": set()}
    pickles = sorted(path.name for pattern in PICKLES for path in folder.glob(pattern))
    if pickles:
        raise WeightsInvalid(
            f"{folder} holds {pickles[0]} but no safetensors; pickles are never opened: convert the weights to "
            "safetensors (save_pretrained of transformers writes them)"
        )
    raise WeightsInvalid(f"{folder} holds no model.safetensors; fetch the weights again")


def _tensor_names(path: Path) -> set[str]:
    """Names of the tensors in a file that is as long as its header says."""
    try:
        with safe_open(path, framework="pt") as tensors:
            return set(tensors.keys())
    except FileNotFoundError:
        raise WeightsInvalid(f"{path} is missing; fetch the weights again") from None
    except (OSError, SafetensorError) as error:
        raise WeightsInvalid(f"{path} is broken or cut short ({_one_line(error)}); fetch it again") from None


def _files_of(folder: Path) -> Iterator[str]:
    """Relative names of the files that count for the identity."""
    for pattern in WANTED:
        for path in folder.rglob(pattern):
            relative = path.relative_to(folder)
            if not any(part.startswith(".") for part in relative.parts) and not relative.name.startswith("README"):
                yield relative.as_posix()


def _read_hashes(folder: Path) -> dict[str, list[object]]:
    try:
        read = json.loads((folder / HASHES_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    is_ours = isinstance(read, dict) and all(isinstance(each, list) and len(each) == 3 for each in read.values())
    return read if is_ours else {}


def _write_hashes(folder: Path, hashes: dict[str, list[object]]) -> None:
    draft = folder / f"{HASHES_FILE}-{os.getpid()}"
    try:
        draft.write_text(json.dumps(hashes), "utf-8")
        draft.replace(folder / HASHES_FILE)
    except OSError as error:
        logger.info(
            "the hashes of %s cannot be kept there (%s) and are computed again at the next start", folder, error
        )


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
