"""A copy of the language model's folder that can be loaded: safetensors, tokenizer, and no code."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor

from ml.checkpoints.geometry import Geometry
from ml.checkpoints.published_files import read_published
from ml.errors import WeightsInvalid
from ml.model.frozen_weights import WEIGHTS_FILE
from ml.model.pretrained import load_tokenizer
from ml.model.weights_folder import check_folder, read_description

LLM_DIR = "llm"
TOKENIZER_FILE = "tokenizer.json"
TAKEN = ("*.json", "*.jinja", "tokenizer.model")
OLD_INDEX, NEW_INDEX = "pytorch_model.bin.index.json", "model.safetensors.index.json"
COMPUTED = "rotary_emb.inv_freq"
"""Old checkpoints hold these; they follow from the configuration."""


def copy_llm(source: Path, folder: Path, geometry: Geometry) -> None:
    """Put the language model at `source` into `folder / "llm"`.

    Safetensors are linked where the disk allows it, else copied; weights in pickles (as Vicuna was published) become
    safetensors, read without running code.

    Raises:
        WeightsInvalid: no model of transformers, no tokenizer that can be read, or another width than the adaptors'.
    """
    config = read_description(source / "config.json")
    if config.get("hidden_size") != geometry.llm_width:
        raise WeightsInvalid(
            f"{source.name}: its tokens have {config.get('hidden_size')} values and the adaptors project to "
            f"{geometry.llm_width}; take the language model that the checkpoints were made for"
        )
    target = folder / LLM_DIR
    target.mkdir()
    for pattern in TAKEN:
        for path in source.glob(pattern):
            if path.name != OLD_INDEX:
                shutil.copyfile(path, target / path.name)
    safetensors = sorted(source.glob("*.safetensors"))
    for path in safetensors:
        _link(path, target / path.name)
    if not safetensors:
        _write_from_pickles(source, target)
    check_folder(target)
    tokenizer = load_tokenizer(target)
    if not (target / TOKENIZER_FILE).exists():
        # Vicuna comes with tokenizer.model alone, which takes packages of its own to read: once, here.
        tokenizer.save_pretrained(target)


def _write_from_pickles(source: Path, target: Path) -> None:
    index = source / OLD_INDEX
    if not index.exists():
        tensors = read_published(source / "pytorch_model.bin").tensors
        _save({name: values for name, values in tensors.items() if COMPUTED not in name}, target / WEIGHTS_FILE)
        return
    weight_map = read_description(index).get("weight_map")
    if not isinstance(weight_map, dict):
        raise WeightsInvalid(f"{source.name}/{OLD_INDEX} has no weight_map; fetch it again")
    shards = sorted(set(weight_map.values()))
    places = {shard: f"model-{number:05d}-of-{len(shards):05d}.safetensors" for number, shard in enumerate(shards, 1)}
    for shard, place in places.items():
        tensors = read_published(source / shard).tensors
        _save({name: values for name, values in tensors.items() if COMPUTED not in name}, target / place)
    kept = {name: places[shard] for name, shard in weight_map.items() if COMPUTED not in name}
    (target / NEW_INDEX).write_text(json.dumps({"metadata": {}, "weight_map": kept}, indent=1) + "\n", "utf-8")


def _save(tensors: dict[str, Tensor], path: Path) -> None:
    save_file({name: values.clone().contiguous() for name, values in tensors.items()}, path, metadata={"format": "pt"})


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source.resolve(), target)
    except OSError:
        shutil.copyfile(source, target)
