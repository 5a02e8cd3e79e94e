"""Arrays of videos from `.npy` and `.npz` files, by the names of the videos. Pickles are refused, never run."""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.errors import ModelError

DAMAGED = (
    OSError, ValueError, TypeError, EOFError, MemoryError, RuntimeError, NotImplementedError,
    tokenize.TokenError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What NumPy and zipfile raise where bytes of a file are not what they were: headers are parsed as Python literals."""
ARRAYS = (".npy", ".npz")
PICKLES = (".pkl", ".pickle", ".pt", ".pth")


def holds_arrays(source: Path) -> bool:
    """Whether `read_arrays` is for this path: a folder, an array file, or a pickle that it refuses."""
    return source.is_dir() or source.suffix.lower() in (*ARRAYS, *PICKLES)


def read_arrays(source: Path, error: type[ModelError]) -> dict[str, NDArray[Any]]:
    """The arrays of a folder of files of one array each, named after their videos, or of one `.npz` or `.npy` file.

    Raises:
        error: a file cannot be read, holds a pickle, or a folder's file holds several arrays; it is named.
    """
    found: dict[str, NDArray[Any]] = {}
    for name, array in _of_folder(source, error) if source.is_dir() else _of_file(source, source.stem, error):
        if name in found:
            raise error(f"{source.name}: {name} is in it twice, as .npy and as .npz")
        found[name] = array
    return found


def _of_folder(folder: Path, error: type[ModelError]) -> Iterator[tuple[str, NDArray[Any]]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in (*ARRAYS, *PICKLES):
            continue
        arrays = _of_file(path, path.relative_to(folder).with_suffix("").as_posix(), error)
        if path.suffix.lower() == ".npz" and len(arrays) != 1:
            raise error(f"{path.name} must hold one array in a folder of a file a video, not {len(arrays)}")
        yield path.relative_to(folder).with_suffix("").as_posix(), arrays[0][1]


def _of_file(path: Path, name: str, error: type[ModelError]) -> list[tuple[str, NDArray[Any]]]:
    """The arrays of an `.npz` file by their names, or the one of an `.npy` file as `name`."""
    if path.suffix.lower() in PICKLES:
        raise error(f"{path.name} is a pickle, which could run code; save it as .npz, .npy or JSON")
    try:
        with path.open("rb") as opened:
            loaded = np.load(opened, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                return [(name, loaded)]
            return [(key, loaded[key]) for key in loaded.files]
    except DAMAGED as reason:
        said = "it holds a pickle, which could run code" if "pickle" in str(reason) else str(reason) or "truncated"
        raise error(f"{path.name} cannot be read as numbers: {said}") from None
