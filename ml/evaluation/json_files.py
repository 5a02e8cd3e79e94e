"""JSON files that people wrote or joined: what is in one twice is refused, where Python would keep the last."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ml.errors import ModelError


def read_json(path: Path, error: type[ModelError]) -> Any:
    """What the file holds, unchecked.

    Raises:
        error: it cannot be read, or an object of it has a name twice; file and name are told.
    """
    try:
        return json.loads(path.read_text("utf-8-sig"), object_pairs_hook=_without_doubles)
    except (OSError, ValueError, RecursionError) as reason:
        raise error(f"{path.name} cannot be read as JSON ({reason})") from None


def _without_doubles(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} is in it twice")
    return values
