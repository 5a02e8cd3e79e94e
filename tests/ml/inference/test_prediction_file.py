"""A run that ends early loses no video that it had labelled."""

import json
from pathlib import Path

from ml.contracts import VideoRef
from ml.datasets.index import IndexedVideo
from ml.inference.prediction_file import FORMAT, PredictionFile


def indexed(*names: str) -> list[IndexedVideo]:
    return [IndexedVideo(VideoRef(key=name, name=name, path=name, duration_ms=1000), 25, 25.0) for name in names]


def opened(out: Path, *names: str, sha256: str = "a" * 64) -> PredictionFile:
    return PredictionFile(out, profile="tiny", artefact_sha256=sha256, videos=indexed(*names))


def test_what_was_written_before_a_kill_is_taken_up_and_the_draft_ends_as_the_file(tmp_path: Path) -> None:
    out = tmp_path / "p.json"
    opened(out, "a", "b", "c").add({"name": "a", "value": 1})
    killed = tmp_path / ".p.json.draft"
    killed.write_text(killed.read_text() + '{"name": "b", "val')
    again = opened(out, "a", "b", "c")
    assert list(again.entries) == ["a"] and not out.exists()
    again.add({"name": "b", "value": 2})
    again.finish()
    written = json.loads(out.read_text())
    assert (written["format"], [entry["value"] for entry in written["videos"]]) == (FORMAT, [1, 2])
    assert [path.name for path in tmp_path.iterdir()] == ["p.json"]


def test_a_draft_of_another_model_or_of_other_videos_is_not_taken_up(tmp_path: Path) -> None:
    out = tmp_path / "p.json"
    opened(out, "a", "b").add({"name": "a"})
    assert opened(out, "a", "b").entries
    assert not opened(out, "a", "c").entries
    opened(out, "a", "b").add({"name": "a"})
    assert not opened(out, "a", "b", sha256="b" * 64).entries
