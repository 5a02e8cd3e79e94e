"""Frame AUC on spliced fights, from weak labels alone, beside a linear motion model on the same videos in the same run.

usage: python -m benchmarks.fights [SEED...]

Each seed is another division of the clips into videos (default 0). The footage is the folder `footage` of VIGIL_FOOTAGE
(default: a folder `shared` beside the repository).
"""

import csv
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from benchmarks.figure import Figure, figures_print
from ml.contracts import EvaluationResult, TrainingJob, TrainingVideo, VideoRef
from ml.evaluation.evaluate import evaluate
from ml.evaluation.truth import read_truth
from ml.inference.prelabel import Prelabeller
from ml.training.run import silent, train

ROOT = Path(__file__).resolve().parents[1]
FOOTAGE = Path(os.environ.get("VIGIL_FOOTAGE") or ROOT.parent / "shared") / "footage"
LINEAR_AUC_A = re.compile(r"auc_a ([0-9.]+)")


@dataclass(frozen=True)
class Measured:
    """One splice."""

    quality: EvaluationResult
    linear_auc_a: float
    trained_s: float
    false_segments: float
    """Segments per normal video of the test split."""


def script(name: str, *words: str) -> str:
    """What a script of the footage folder printed."""
    return subprocess.run(
        [sys.executable, str(FOOTAGE / name), *words], stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def spliced_videos(folder: Path) -> list[VideoRef]:
    """The videos of a splice with their weak labels; each is a group of its own."""
    with (folder / "labels.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return [
        VideoRef(
            key=hashlib.sha256((folder / row["file"]).read_bytes()).hexdigest(),
            name=row["file"],
            path=str(folder / row["file"]),
            duration_ms=0,
            weak_label=row["label"],
            split=row["split"],
        )
        for row in rows
    ]


def measured(seed: int, folder: Path) -> Measured:
    """Splice, train phases 1 and 2 on the train split, evaluate on the test split; then the linear model."""
    sys.stderr.write(f"  splice {seed}: making the videos\n")
    script("splice.py", str(FOOTAGE / "fights"), str(folder / "videos"), "--seed", str(seed))
    videos = spliced_videos(folder / "videos")
    taught = tuple(TrainingVideo(video) for video in videos if video.split == "train")
    store, model = str(folder / "store"), str(folder / "model")
    job = TrainingJob(taught, "tiny", (1, 2), model, str(folder / "work"), store, "surveillance")
    sys.stderr.write("  training\n")
    began_at = time.perf_counter()
    train(job, silent, lambda: False)
    trained_s = time.perf_counter() - began_at
    held = [video for video in videos if video.split == "test"]
    prelabeller = Prelabeller(model, store)
    predictions = [prelabeller.run(video) for video in held]
    quality = evaluate(predictions, read_truth(folder / "videos" / "segments.json", held))
    normal = {video.key for video in held if video.weak_label == "normal"}
    false_segments = fmean(len(each.segments) for each in predictions if each.video_key in normal)
    sys.stderr.write("  the linear motion model (minutes: it encodes at 224 px)\n")
    told = LINEAR_AUC_A.search(script("linear_motion_baseline.py", str(folder / "videos")))
    if told is None:
        raise RuntimeError("linear_motion_baseline.py printed no auc_a")
    return Measured(quality, float(told.group(1)), trained_s, false_segments)


def figures(seed: int, result: Measured) -> list[Figure]:
    """The lines of one splice."""
    auc_a = result.quality.auc_a or 0.0
    ratio = auc_a / result.linear_auc_a
    beside = f"linear {result.linear_auc_a:.3f}"
    event_f1 = result.quality.event_f1["0.3"] or 0.0
    return [
        Figure(f"splice {seed}: auc_a", auc_a, "", against=beside),
        Figure("  ratio", ratio, "", goal="above 1", is_met=ratio > 1.0),
        Figure("  event F1 at tIoU 0.3", event_f1, ""),
        Figure("  segments per normal video", result.false_segments, ""),
        Figure("  features, phases 1 and 2", result.trained_s, "s"),
    ]


def main(words: Sequence[str]) -> None:
    if not (FOOTAGE / "fights").is_dir():
        sys.stderr.write("fights skipped: there is no footage/fights; VIGIL_FOOTAGE names the folder it is in\n")
        figures_print([])
        return
    results: dict[int, Measured] = {}
    for seed in [int(word) for word in words] or [0]:
        with tempfile.TemporaryDirectory(prefix="vigil-fights-") as folder:
            results[seed] = measured(seed, Path(folder))
    lines = [line for seed, result in results.items() for line in figures(seed, result)]
    if len(results) > 1:
        ours = fmean(result.quality.auc_a or 0.0 for result in results.values())
        linear = fmean(result.linear_auc_a for result in results.values())
        lines.append(Figure("all splices: mean auc_a", ours, "", against=f"linear {linear:.3f}"))
    figures_print(lines)


if __name__ == "__main__":
    main(sys.argv[1:])
