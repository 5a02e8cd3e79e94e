"""Frame AUC on spliced fights, from weak labels alone, beside a linear motion model on the same videos in the same run,
and beside the same detector without its long-term context.

usage: python -m benchmarks.fights [SEED...]

Each seed is another division of the clips into 80 videos and another training (default: 0 1 2 3 4).
The footage is the folder `footage` of VIGIL_FOOTAGE (default: a folder `shared` beside the repository).
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
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, stdev

import torch
from torch import Tensor

from benchmarks.figure import Figure, figures_print
from ml.contracts import EvaluationResult, ScoreTrack, TrainingJob, TrainingVideo, VideoPrediction, VideoRef
from ml.data.encoding import VideoEncoder
from ml.evaluation.evaluate import evaluate
from ml.evaluation.truth import read_truth
from ml.inference.fusion import fused_scores, quantiles, smoothed
from ml.inference.prelabel import Prelabeller
from ml.inference.scoring import clip_centres_ms, scored_stretches
from ml.model.artefact import read_detector
from ml.model.detector import QUANTILES
from ml.training.run import silent, train

ROOT = Path(__file__).resolve().parents[1]
FOOTAGE = Path(os.environ.get("VIGIL_FOOTAGE") or ROOT.parent / "shared") / "footage"
VIDEOS = 80
SEEDS = [0, 1, 2, 3, 4]
MINUTES = 12
"""Of which the linear model takes eight."""
WANTED = 0.08
"""How much better than the linear model."""
LINEAR_AUC_A = re.compile(r"auc_a ([0-9.]+)")


@dataclass(frozen=True)
class Measured:
    """One splice."""

    quality: EvaluationResult
    linear_auc_a: float
    raw_auc_a: float
    """Without long-term context."""
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
    script("splice.py", str(FOOTAGE / "fights"), str(folder / "videos"), "--seed", str(seed), "--videos", str(VIDEOS))
    videos = spliced_videos(folder / "videos")
    taught = tuple(TrainingVideo(video) for video in videos if video.split == "train")
    store, model = str(folder / "store"), str(folder / "model")
    job = TrainingJob(taught, "tiny", (1, 2), model, str(folder / "work"), store, "surveillance", seed=seed)
    sys.stderr.write("  training\n")
    began_at = time.perf_counter()
    train(job, silent, lambda: False)
    trained_s = time.perf_counter() - began_at
    held = [video for video in videos if video.split == "test"]
    prelabeller = Prelabeller(model, store)
    predictions = [prelabeller.run(video) for video in held]
    truths = read_truth(folder / "videos" / "segments.json", held)
    quality = evaluate(predictions, truths)
    raw = evaluate(without_context(Path(model), store, [each.video for each in taught], held), truths)
    normal = {video.key for video in held if video.weak_label == "normal"}
    false_segments = fmean(len(each.segments) for each in predictions if each.video_key in normal)
    sys.stderr.write("  the linear motion model (minutes: it encodes at 224 px)\n")
    told = LINEAR_AUC_A.search(script("linear_motion_baseline.py", str(folder / "videos")))
    if told is None:
        raise RuntimeError("linear_motion_baseline.py printed no auc_a")
    return Measured(quality, float(told.group(1)), raw.auc_a or 0.0, trained_s, false_segments)


def without_context(
    model: Path, store: str, taught: Sequence[VideoRef], held: Sequence[VideoRef]
) -> list[VideoPrediction]:
    """Scores of the raw branch alone, smoothed, ranked and fused as all branches are together."""
    detector, profile, _ = read_detector(model)
    encoder, sigma_ms = VideoEncoder(profile, store, detector.device), profile.scoring.smoothing_sigma_ms

    def raw_odds(video: VideoRef) -> tuple[Tensor, Tensor, ScoreTrack]:
        features = encoder.open(video).features
        parts = [each.branches.raw.anomaly_logit_CM.cpu() for each in scored_stretches(detector, features, video.name)]
        blank = (0.0,) * len(features.clip_start_ms)
        track = ScoreTrack(features.clip_start_ms, features.clip_end_ms, blank, blank, blank, blank)
        return torch.cat(parts), clip_centres_ms(features), track

    known = [smoothed(odds, centres, sigma_ms=sigma_ms) for odds, centres, _ in map(raw_odds, taught)]
    quantiles_MQ = quantiles(torch.cat(known), QUANTILES)
    predictions = []
    for video in held:
        odds, centres, track = raw_odds(video)
        fused = fused_scores(
            odds[None], centres, sigma_ms=sigma_ms, quantiles_MQ=quantiles_MQ, calibration=torch.tensor([1.0, 0.0])
        )
        predictions.append(VideoPrediction(video.key, replace(track, fused=tuple(fused.tolist())), ()))
    return predictions


def figures(seed: int, result: Measured) -> list[Figure]:
    """The lines of one splice."""
    auc_a = result.quality.auc_a or 0.0
    above = auc_a - result.linear_auc_a
    event_f1 = result.quality.event_f1["0.3"] or 0.0
    return [
        Figure(f"splice {seed}: auc_a", auc_a, "", against=f"linear {result.linear_auc_a:.3f}"),
        Figure("  above the linear model", above, "", goal=f"at least {WANTED}", is_met=above >= WANTED),
        Figure("  auc_a with long-term context less without", auc_a - result.raw_auc_a, ""),
        Figure("  auc_o", result.quality.auc_o or 0.0, ""),
        Figure("  auc over videos", result.quality.video_auc or 0.0, ""),
        Figure("  event F1 at tIoU 0.3", event_f1, ""),
        Figure("  segments per normal video", result.false_segments, ""),
        Figure("  features, phases 1 and 2", result.trained_s, "s"),
    ]


def main(words: Sequence[str]) -> None:
    if not (FOOTAGE / "fights").is_dir():
        sys.stderr.write("fights skipped: there is no footage/fights; VIGIL_FOOTAGE names the folder it is in\n")
        figures_print([])
        return
    seeds = [int(word) for word in words] or SEEDS
    sys.stderr.write(f"{len(seeds)} splices of {VIDEOS} videos, about {MINUTES} minutes each on two quiet cores\n")
    results: dict[int, Measured] = {}
    for seed in seeds:
        with tempfile.TemporaryDirectory(prefix="vigil-fights-") as folder:
            results[seed] = measured(seed, Path(folder))
    lines = [line for seed, result in results.items() for line in figures(seed, result)]
    if len(results) > 1:
        lines += spread_figures(list(results.values()))
    figures_print(lines)


def spread_figures(results: Sequence[Measured]) -> list[Figure]:
    """Means over all splices, and how far they lie apart; pairs are compared within a splice."""
    ours = [result.quality.auc_a or 0.0 for result in results]
    above = [auc_a - result.linear_auc_a for auc_a, result in zip(ours, results, strict=True)]
    gained = [auc_a - result.raw_auc_a for auc_a, result in zip(ours, results, strict=True)]
    linear = fmean(result.linear_auc_a for result in results)
    is_above, is_gained = fmean(above) >= WANTED, fmean(gained) > stdev(gained)
    return [
        Figure("all splices: mean auc_a", fmean(ours), "", against=f"linear {linear:.3f}, spread {stdev(ours):.3f}"),
        Figure(
            "  mean above the linear model",
            fmean(above),
            "",
            against=f"spread {stdev(above):.3f}",
            goal=f"at least {WANTED}",
            is_met=is_above,
        ),
        Figure(
            "  mean gain by long-term context",
            fmean(gained),
            "",
            against=f"spread {stdev(gained):.3f}",
            goal="above the spread",
            is_met=is_gained,
        ),
        Figure("  mean event F1 at tIoU 0.3", fmean(each.quality.event_f1["0.3"] or 0.0 for each in results), ""),
        Figure("  mean segments per normal video", fmean(each.false_segments for each in results), ""),
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
