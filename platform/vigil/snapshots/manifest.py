"""The content of a snapshot: canonical JSON, its hash, and how many answers of each kind it holds. Pure."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ml.contracts import TrainingVideo, to_json
from vigil.snapshots.statements import Statement

COUNTED = (
    "videos",
    "weak_labels",
    "glances",
    "verdicts",
    "segments",
    "accepted",
    "changed",
    "manual",
    "rejected",
    "explanations",
    "corrected_explanations",
    "dialogue_turns",
    "left_out",
)


@dataclass(frozen=True)
class ManifestVideo:
    """A video with what people said of it."""

    training: TrainingVideo
    statements: tuple[Statement, ...]
    left_out: int = 0
    """Statements that a reviewer rejected or that people contradict each other about."""


def manifest_of(
    videos: Sequence[ManifestVideo], test_videos: Iterable[str], test_answers: Sequence[ManifestVideo] = ()
) -> dict[str, Any]:
    """The manifest: `videos` (JSON of `TrainingVideo`), `sources` (who said what, by video key), `test_videos` (names)
    and `test_answers`, which holds the same two of what people said about test videos. Only `videos` is trained on.

    Sorted by the videos' keys and free of times of day and of paths: the same knowledge always gives the same bytes.
    """
    return {**_lines(videos), "test_videos": sorted(test_videos), "test_answers": _lines(test_answers)}


def _lines(videos: Sequence[ManifestVideo]) -> dict[str, Any]:
    ordered = sorted(videos, key=lambda one: one.training.video.key)
    return {
        "videos": [to_json(one.training) for one in ordered],
        "sources": {one.training.video.key: [_source(said) for said in one.statements] for one in ordered},
    }


def content_sha256(manifest: Mapping[str, Any]) -> str:
    """The name of the content: sha256 of the manifest's canonical JSON."""
    canonical = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def counts_of(videos: Sequence[ManifestVideo]) -> dict[str, int]:
    """How many of each kind the manifest holds, a 0 for kinds that it has none of."""
    counts = Counter(dict.fromkeys(COUNTED, 0))
    for one in videos:
        training = one.training
        counts["videos"] += 1
        counts["weak_labels"] += training.video.weak_label != "unknown"
        counts["glances"] += len(training.glances)
        counts["verdicts"] += len(training.verdicts)
        counts["segments"] += len(training.segments)
        counts["explanations"] += sum(bool(segment.explanation) for segment in training.segments)
        counts["corrected_explanations"] += sum(
            bool(segment.explanation and segment.draft and segment.explanation != segment.draft)
            for segment in training.segments
        )
        counts["dialogue_turns"] += len(training.dialogue)
        counts["left_out"] += one.left_out
        counts.update(said.outcome for said in one.statements if said.outcome)
    return dict(counts)


def _source(statement: Statement) -> dict[str, Any]:
    return {
        "kind": statement.kind,
        "start_ms": statement.start_ms,
        "end_ms": statement.end_ms,
        "label": statement.label,
        "outcome": str(statement.outcome),
        "user_id": statement.user_id,
        "said_in": statement.source,
        "model": statement.model,
    }
