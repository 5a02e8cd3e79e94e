"""The folder that a conversion writes: its layout, its manifest, and how it comes into being whole or not at all.

vision/         config.json, model.safetensors    transformers' Blip2VisionModel
qformer/        config.json, model.safetensors    image Q-Former and its query tokens (`ml.model.query_former`)
video_qformer/  config.json, model.safetensors    video Q-Former, query tokens, frame positions
adaptor/        model.safetensors                 video_proj, prompt_proj: where phase 3 starts (optional)
llm/            a folder of transformers          with its tokenizer (optional)
parent/         an artefact                       detector to go on from in phase 2 or 3 (optional)
profile.yaml    a profile for weights of other sizes than the paper's (optional)
manifest.json   sha256 and size of each file, and where each tensor came from
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor
from transformers import PreTrainedConfig

from ml.checkpoints.geometry import Geometry, image_qformer_config, video_qformer_config, vision_config
from ml.checkpoints.published_names import IMAGE_QFORMER, VIDEO_QFORMER, VISION
from ml.errors import WeightsInvalid
from ml.model.frozen_weights import WEIGHTS_FILE
from ml.model.query_former import FRAME_POSITIONS_KEY, QUERIES_KEY
from ml.model.weights_folder import HASHES_FILE

MANIFEST_FILE = "manifest.json"
FORMAT = 1
"""Of the manifest; raised when the layout changes."""


@contextmanager
def new_folder(out: Path, *, may_replace: bool) -> Iterator[Path]:
    """A draft beside `out` that takes its place when everything went well, and vanishes otherwise.

    Raises:
        WeightsInvalid: there is something at `out` already and it may not be replaced; or it may, and is no folder
            that a conversion wrote, or has a file beside those that it wrote.
    """
    shown, out = out, out.resolve()
    if out.exists() and not (may_replace and out.is_dir()):
        raise WeightsInvalid(f"{shown} exists already and is left as it is; name another folder, or add --force")
    if out.exists() and (foreign := _foreign_file(out)) is not None:
        raise WeightsInvalid(
            f"{shown} holds {foreign}, which no conversion wrote, and is left as it is; name another folder"
        )
    draft, old = (out.with_name(f".{out.name}.{what}-{os.getpid()}") for what in ("draft", "old"))
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(parents=True)
        yield draft
        _take_place(draft, out, old)
    except (OSError, SafetensorError) as error:
        raise WeightsInvalid(f"{shown} cannot be written ({' '.join(str(error).split())})") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _foreign_file(folder: Path) -> str | None:
    """The first file that the folder's manifest does not list; with no manifest of a conversion, the first of all."""
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        manifest = {}
    is_ours = isinstance(manifest, dict) and {"format", "geometry", "files", "sources"} <= manifest.keys()
    listed = {MANIFEST_FILE, *manifest["files"]} if is_ours and isinstance(manifest["files"], dict) else set()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_dir() and name not in listed and path.name != HASHES_FILE:
            return name
    return None


def _take_place(draft: Path, out: Path, old: Path) -> None:
    if not out.exists():
        draft.rename(out)
        return
    out.rename(old)
    try:
        draft.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def write_parts(folder: Path, parts: Mapping[str, Mapping[str, Tensor]], geometry: Geometry) -> None:
    """Safetensors of each part, with config.json where a part is a network of its own."""
    configs = {
        VISION: _values(vision_config(geometry)),
        IMAGE_QFORMER: _values(image_qformer_config(geometry)) | {QUERIES_KEY: geometry.queries},
        VIDEO_QFORMER: _values(video_qformer_config(geometry))
        | {QUERIES_KEY: geometry.queries, FRAME_POSITIONS_KEY: geometry.frame_positions},
    }
    for part, tensors in parts.items():
        place = folder / part
        place.mkdir()
        save_file({name: values.contiguous() for name, values in tensors.items()}, place / WEIGHTS_FILE)
        if part in configs:
            write_json(place / "config.json", configs[part])


def write_manifest(
    folder: Path, geometry: Geometry, *, sources: Mapping[str, str], tensors: Mapping[str, Mapping[str, str]]
) -> None:
    """The manifest over all files of a finished draft.

    Args:
        folder: the draft.
        geometry: of its networks.
        sources: sha256 of each published file, by option and name.
        tensors: by part and tensor, `file: key` of where it came from.
    """
    files = {
        path.relative_to(folder).as_posix(): {"sha256": file_sha256(path), "bytes": path.stat().st_size}
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
    values = {"format": FORMAT, "geometry": geometry.name, "files": files, "sources": sources, "tensors": tensors}
    write_json(folder / MANIFEST_FILE, values)


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """JSON that is the same for equal values."""
    path.write_text(json.dumps(values, indent=1, sort_keys=True) + "\n", "utf-8")


def file_sha256(path: Path) -> str:
    """Of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _values(config: PreTrainedConfig) -> dict[str, Any]:
    values: dict[str, Any] = config.to_diff_dict()
    return values
