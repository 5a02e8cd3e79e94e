"""Scores of videos as files have them: Vigil's predictions, JSON, CSV, NumPy arrays. Pickles are refused."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.contracts import VideoPrediction, from_json
from ml.errors import ScoresInvalid
from ml.evaluation.arrays import holds_arrays, read_arrays
from ml.evaluation.json_files import read_json

BRANCHES = ("raw", "long", "short")


@dataclass(frozen=True)
class GivenScores:
    """The scores of one video, in order of time."""

    scores_N: NDArray[np.float64]
    prediction: VideoPrediction | None = None
    """With its clips' times, segments and judgement, where Vigil made the scores."""
    duration_ms: int | None = None
    frame_count: int | None = None
    has_segments: bool = False
    """Whether the prediction's segments were cut from these scores; they are cut from the fused ones."""


def track_of(text: str) -> tuple[str, ...]:
    """The curves of predictions that `text` names: `fused`, or one or more of raw, long and short joined by +.

    Raises:
        ValueError: something else.
    """
    curves = tuple(text.split("+"))
    if curves != ("fused",) and (len(set(curves)) < len(curves) or not set(curves) <= set(BRANCHES)):
        raise ValueError(f"track must be fused, or of raw, long and short joined by + (such as raw+long), not {text!r}")
    return curves


def read_scores(path: str | Path, track: Sequence[str] = ("fused",)) -> dict[str, GivenScores]:
    """The scores of each video that a file or a folder has, by the name it has there.

    A folder: `.npy` files of one array and `.npz` files of one array, named after their videos. A file: `.npz` with an
    array a video; `.csv` with lines `video,score`; JSON `{video: [score, ...]}`; or what `python -m ml.inference`
    writes, of which the mean of the curves in `track` is taken (it ranks as the published sum of branches does).

    Raises:
        ScoresInvalid: it is none of these, holds a pickle, or a score is no finite number; video and place are named.
    """
    source = Path(path)
    if holds_arrays(source):
        arrays = read_arrays(source, ScoresInvalid)
        found = {name: GivenScores(_checked(array, name, source.name)) for name, array in arrays.items()}
    elif source.suffix.lower() == ".csv":
        found = _of_csv(source)
    else:
        found = _of_json(source, track)
    if not found:
        raise ScoresInvalid(f"{source.name} holds no scores")
    return found


def _of_json(source: Path, track: Sequence[str]) -> dict[str, GivenScores]:
    values = read_json(source, ScoresInvalid)
    if not isinstance(values, dict):
        raise ScoresInvalid(f"{source.name} must hold an object {{video: [score, ...]}}, not a {type(values).__name__}")
    if isinstance(values.get("videos"), list):
        return _of_predictions(values["videos"], track, source.name)
    return {name: GivenScores(_checked(scores, name, source.name)) for name, scores in values.items()}


def _of_predictions(entries: Sequence[Any], track: Sequence[str], source: str) -> dict[str, GivenScores]:
    found: dict[str, GivenScores] = {}
    for number, entry in enumerate(entries, start=1):
        where = f"{source}, video {number}"
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            raise ScoresInvalid(f"{where}: expected an object with name and prediction")
        name = entry["name"]
        if name in found:
            raise ScoresInvalid(f"{where}: {name} is in it twice")
        try:
            prediction = from_json(VideoPrediction, entry.get("prediction"))
        except (ValueError, TypeError) as error:
            raise ScoresInvalid(f"{where}: {name} has no readable prediction ({error})") from None
        scores_N = _mean_curve(prediction, track, name, source)
        if not len(scores_N) == len(prediction.scores.clip_start_ms) == len(prediction.scores.clip_end_ms):
            raise ScoresInvalid(f"{where}: {name} has {len(scores_N)} scores, but another number of clip times")
        found[name] = GivenScores(
            scores_N,
            prediction,
            _count(entry, "duration_ms", where),
            _count(entry, "frame_count", where),
            has_segments=tuple(track) == ("fused",),
        )
    return found


def _mean_curve(prediction: VideoPrediction, track: Sequence[str], name: str, source: str) -> NDArray[np.float64]:
    curves = [_checked(getattr(prediction.scores, curve), name, source) for curve in track]
    if len({len(curve) for curve in curves}) > 1:
        raise ScoresInvalid(f"{source}: the curves of {name} have different lengths")
    scores_N: NDArray[np.float64] = np.mean(curves, axis=0)
    return scores_N


def _count(entry: Mapping[str, Any], key: str, where: str) -> int | None:
    """A whole number above 0, or None where the entry has none or 0."""
    value = entry.get(key)
    if value is not None and (not isinstance(value, int) or value < 0):
        raise ScoresInvalid(f"{where}: {key} must be a whole number, not {value!r}")
    return value or None


def _of_csv(source: Path) -> dict[str, GivenScores]:
    try:
        with source.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(enumerate(csv.reader(opened), start=1))
    except (OSError, ValueError, csv.Error) as error:
        raise ScoresInvalid(f"{source.name} cannot be read as CSV ({error})") from None
    scores: dict[str, list[float]] = {}
    for number, row in rows:
        if not row or (number == 1 and [cell.strip().lower() for cell in row] == ["video", "score"]):
            continue
        if len(row) != 2:
            raise ScoresInvalid(f"{source.name}, line {number}: expected `video,score`, not {len(row)} cells")
        try:
            scores.setdefault(row[0].strip(), []).append(float(row[1]))
        except ValueError:
            raise ScoresInvalid(f"{source.name}, line {number}: {row[1]!r} is no number") from None
    return {name: GivenScores(_checked(values, name, source.name)) for name, values in scores.items()}


def _checked(values: Any, name: str, source: str) -> NDArray[np.float64]:
    """One finite score a place, at least one; `[n, 1]` and `[1, n]` count as `[n]`."""
    where = f"{source}, {name}"
    if not isinstance(values, list | tuple | np.ndarray):
        raise ScoresInvalid(f"{where}: expected a list of scores, not {type(values).__name__}")
    if isinstance(values, list | tuple):
        for place, value in enumerate(values):
            if not isinstance(value, int | float) or isinstance(value, bool):
                raise ScoresInvalid(f"{where}: score {place} is {_shown(value)}, which is no number")
    scores = np.asarray(values)
    if scores.ndim == 2 and 1 in scores.shape:
        scores = scores.reshape(-1)
    if scores.ndim != 1 or scores.size == 0 or scores.dtype.kind not in "fiu":
        raise ScoresInvalid(f"{where}: expected scores of shape [n], not {scores.dtype} of {list(scores.shape)}")
    scores_N = scores.astype(np.float64)
    for place in np.flatnonzero(~np.isfinite(scores_N))[:1]:
        what = "NaN" if math.isnan(scores_N[place]) else "infinite"
        raise ScoresInvalid(f"{where}: score {place} of {len(scores_N)} is {what}")
    return scores_N


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
