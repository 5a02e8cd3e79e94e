"""What a folder of converted weights holds, checked against its manifest, and what is trained on top of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

from safetensors import SafetensorError, safe_open

from ml.checkpoints.folder import MANIFEST_FILE, file_sha256
from ml.checkpoints.geometry import GEOMETRIES, Geometry
from ml.checkpoints.published_names import ADAPTOR, DETECTOR, NEEDED, wanted_tensors
from ml.errors import WeightsInvalid
from ml.model.weights_folder import read_description


@dataclass(frozen=True)
class WeightsFile:
    """One file of a folder: weights, or something else without any tensors."""

    path: str
    tensors: int
    parameters: int
    dtypes: tuple[str, ...]
    bytes: int
    is_as_written: bool
    """Whether its sha256 is still the manifest's."""


@dataclass(frozen=True)
class Inspection:
    """A converted folder at a glance."""

    geometry: str
    files: tuple[WeightsFile, ...]
    sources: Mapping[str, str]
    """sha256 of each published file that it was made from."""

    @property
    def changed(self) -> tuple[str, ...]:
        """Files that are no longer what the conversion wrote."""
        return tuple(file.path for file in self.files if not file.is_as_written)


def inspect_folder(folder: Path) -> Inspection:
    """Files, sizes and whether they are still as written.

    Raises:
        WeightsInvalid: no manifest, or a file that is missing or truncated.
    """
    manifest = read_description(folder / MANIFEST_FILE)
    listed, sources = manifest.get("files"), manifest.get("sources")
    if not isinstance(listed, dict) or not isinstance(sources, dict) or manifest.get("geometry") not in GEOMETRIES:
        raise WeightsInvalid(f"{folder / MANIFEST_FILE} is no manifest of a conversion; convert the weights again")
    if absent := [name for name in listed if not (folder / name).is_file()]:
        raise WeightsInvalid(f"{folder.name} lacks {absent[0]}, which its manifest lists; convert the weights again")
    files = tuple(_weights_file(folder, name, listed[name]) for name in sorted(listed))
    return Inspection(str(manifest["geometry"]), files, sources)


def parameter_counts(geometry: Geometry) -> dict[str, int]:
    """Numbers in each frozen network, and numbers that each phase trains, from the shapes alone (reference 1.1)."""
    counts = dict.fromkeys((*NEEDED, "predictor", "ltc", ADAPTOR), 0)
    for wanted in wanted_tensors(geometry):
        part = wanted.part
        if part == DETECTOR:
            part = "ltc" if wanted.name.startswith("ltc.") else "predictor"
        counts[part] += prod(wanted.shape)
    return {
        **{part: counts[part] for part in NEEDED},
        "phase 1 trains": counts["predictor"],
        "phase 2 trains": counts["predictor"] + counts["ltc"],
        "phase 3 trains": counts[ADAPTOR],
    }


def _weights_file(folder: Path, name: str, listed: object) -> WeightsFile:
    path = folder / name
    shapes, dtypes = _tensors(path, f"{folder.name}/{name}") if name.endswith(".safetensors") else ([], ())
    return WeightsFile(
        name,
        len(shapes),
        sum(prod(shape) for shape in shapes),
        dtypes,
        path.stat().st_size,
        isinstance(listed, dict) and file_sha256(path) == listed.get("sha256"),
    )


def _tensors(path: Path, shown: str) -> tuple[list[list[int]], tuple[str, ...]]:
    """Shapes of a file's tensors, and the types that occur among them."""
    try:
        with safe_open(path, framework="pt") as tensors:
            slices = [tensors.get_slice(key) for key in tensors.keys()]  # noqa: SIM118  # not a mapping
            shapes = [each.get_shape() for each in slices]
            return shapes, tuple(sorted({str(each.get_dtype()) for each in slices}))
    except (OSError, SafetensorError) as error:
        raise WeightsInvalid(
            f"{shown} is broken or cut short ({' '.join(str(error).split())}); convert the weights again"
        ) from None


def as_json(value: object) -> str:
    """Indented JSON of plain values."""
    return json.dumps(value, indent=1, sort_keys=True)
