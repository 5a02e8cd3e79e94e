"""An epoch of each training phase from the feature store, beside the same epoch that encodes its videos' frames anew.

An epoch goes over every training video once; in phase 3, where a step takes some lessons, it is one lesson a video.
The store's side pays for reading and checking all entries in every epoch, though a run does that once.
"""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import yaml

from benchmarks.figure import Figure, figures_print
from ml.contracts import LabelledSegment, Progress, TrainingJob, TrainingVideo, VideoRef
from ml.profiles.loading import load_profile, profile_to_mapping
from ml.training.run import train
from vigil.demo.generate import generate
from vigil.demo.production import MadeVideo
from vigil.demo.programme import PROGRAMME

VIDEOS = 6
EPOCHS = {"phase1": 8, "phase2": 6}
STEPS = 12
"""Of phase 3."""
GOAL = 20.0


class Stopwatch:
    """When each step of each phase was done."""

    def __init__(self) -> None:
        self.seen: dict[str, list[float]] = {}
        self._began = time.perf_counter()

    def __call__(self, progress: Progress) -> None:
        self.seen.setdefault(progress.phase, []).append(time.perf_counter())

    @property
    def features_s(self) -> float:
        """From the start to the last video's features; the little before the first video counts too."""
        return self.seen["features"][-1] - self._began

    def step_s(self, phase: str) -> float:
        """Median time between two steps."""
        times = self.seen[phase]
        return median(after - before for before, after in zip(times, times[1:], strict=False))


def training_videos(folder: Path, made: Sequence[MadeVideo]) -> tuple[TrainingVideo, ...]:
    """Demo videos with everything that is true of them."""
    return tuple(
        TrainingVideo(
            VideoRef(
                Path(video.file).stem,
                video.file,
                str(folder / video.file),
                round(video.duration_s * 1000),
                "normal" if video.label == "normal" else "abnormal",
                () if video.label == "normal" else (video.label,),
            ),
            segments=tuple(
                LabelledSegment(round(truth.start_s * 1000), round(truth.end_s * 1000), truth.label, truth.sentence)
                for truth in video.truths
            ),
            is_fully_labelled=True,
        )
        for video in made
    )


def short_profile(folder: Path) -> str:
    """Profile tiny with fewer epochs; an epoch is the same."""
    values = profile_to_mapping(load_profile("tiny"))
    values["phase1"]["epochs"], values["phase2"]["epochs"] = EPOCHS["phase1"], EPOCHS["phase2"]
    values["language"]["steps"] = STEPS
    values.pop("name", None)
    path = folder / "short.yaml"
    path.write_text(yaml.safe_dump(values), "utf-8")
    return str(path)


def timed_run(folder: Path, name: str, videos: tuple[TrainingVideo, ...], profile: str) -> Stopwatch:
    """A whole training run; all runs share one store."""
    stopwatch = Stopwatch()
    out, work, store = folder / f"model-{name}", folder / f"work-{name}", folder / "store"
    train(
        TrainingJob(videos, profile, (1, 2, 3), str(out), str(work), str(store), "surveillance"),
        stopwatch,
        lambda: False,
    )
    return stopwatch


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="vigil-epochs-") as name:
        folder = Path(name)
        videos = training_videos(folder / "footage", generate(folder / "footage", programme=PROGRAMME[:VIDEOS]).videos)
        profile = short_profile(folder)
        first = timed_run(folder, "first", videos, profile)
        second = timed_run(folder, "second", videos, profile)
    batch = load_profile("tiny").language.batch_size
    epoch_s = {phase: second.step_s(phase) for phase in EPOCHS}
    epoch_s["phase3"] = second.step_s("phase3") * -(-VIDEOS // batch)
    figures = []
    for phase, seconds in epoch_s.items():
        stored_s, anew_s = second.features_s + seconds, first.features_s + seconds
        ratio = anew_s / stored_s
        figures += [
            Figure(
                f"{phase}: an epoch from the store",
                ratio,
                "x as fast",
                against=f"encoding {VIDEOS} videos anew, {anew_s:.1f} s",
                goal=f"at least {GOAL:.0f} x",
                is_met=ratio >= GOAL,
            ),
            Figure("  its time without reading the store", 1000 * seconds, "ms"),
        ]
    figures.append(Figure("reading and checking all entries", 1000 * second.features_s, "ms"))
    figures_print(figures)


if __name__ == "__main__":
    main()
