"""The file of `python -m ml.inference`: written line by line as a draft, made whole at the end.

A run that was killed at its 289th video finds the 288 before in the draft, if it is of the same model and videos.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ml.contracts import to_json
from ml.datasets.index import IndexedVideo

FORMAT = "vigil-predictions-1"


class PredictionFile:
    """Entries of videos on their way into one JSON file."""

    def __init__(self, out: Path, *, profile: str, artefact_sha256: str, videos: Sequence[IndexedVideo]) -> None:
        """Takes up the draft beside `out` where it is of the same model and videos, and begins a new one otherwise."""
        self._out = out
        self._draft = out.with_name(f".{out.name}.draft")
        self._head = {"format": FORMAT, "profile": profile, "artefact_sha256": artefact_sha256}
        identity = hashlib.sha256(json.dumps([to_json(video) for video in videos]).encode()).hexdigest()
        first = {**self._head, "videos_sha256": identity}
        self.entries: dict[str, dict[str, Any]] = _entries(self._draft, first)
        """By name of the video, those of a draft that was taken up included."""
        lines = [json.dumps(first), *(json.dumps(entry) for entry in self.entries.values())]
        self._draft.write_text("".join(f"{line}\n" for line in lines), "utf-8")

    def add(self, entry: Mapping[str, Any]) -> None:
        """Keep a video's entry; once this returns, a kill does not lose it."""
        self.entries[entry["name"]] = dict(entry)
        with self._draft.open("a", encoding="utf-8") as draft:
            draft.write(f"{json.dumps(entry)}\n")

    def finish(self) -> None:
        """Write the whole file and let go of the draft."""
        whole = self._draft.with_suffix(".whole")
        values = {**self._head, "videos": list(self.entries.values())}
        whole.write_text(json.dumps(values, indent=1) + "\n", "utf-8")
        whole.replace(self._out)
        self._draft.unlink()


def _entries(draft: Path, first: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What a draft holds, up to a line that was cut off; nothing where it is of another run."""
    lines = draft.read_text("utf-8").splitlines() if draft.is_file() else []
    found: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(lines):
        try:
            value = json.loads(line)
        except ValueError:
            break
        if number == 0 and value != first:
            break
        if number:
            found[value["name"]] = value
    return found
