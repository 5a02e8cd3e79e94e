"""How much memory it takes to label an hour and a day of video with profile tiny, and to put a day into the store."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

from benchmarks.figure import Figure, figures_print
from ml.contracts import VideoRef
from ml.data.encoding import VideoEncoder
from ml.inference.prelabel import Prelabeller
from ml.model.artefact import write_detector
from ml.model.backbones import group_shapes
from ml.model.detector import build_detector
from ml.profiles.loading import load_profile

HOURS = (1, 24)
GOAL_GB = 2.0
CHUNK_CLIPS = 64
CPU = torch.device("cpu")


def write_entry(folder: Path, hours: int) -> None:
    """An entry of random features, written as encoding writes it: a few clips at a time."""
    profile = load_profile("tiny")
    encoder = VideoEncoder(profile, folder / "store", CPU)
    clip_ms = round(1000 * profile.sampling.frames_per_clip / profile.sampling.fps)
    clips = hours * 3_600_000 // clip_ms
    generator = torch.Generator().manual_seed(hours)
    with encoder.store.writer(key(hours)) as entry:
        for first in range(0, clips, CHUNK_CLIPS):
            count = min(CHUNK_CLIPS, clips - first)
            entry.add(
                {
                    name: torch.randn(count, *shape, generator=generator)
                    for name, shape in encoder.store.group_shapes.items()
                }
            )
        entry.finish(range(0, clips * clip_ms, clip_ms), range(clip_ms, (clips + 1) * clip_ms, clip_ms))


def label(folder: Path, hours: int) -> int:
    """Clips that got a score."""
    video = VideoRef(key(hours), f"{hours} h", "", hours * 3_600_000)
    prediction = Prelabeller(str(folder / "model"), str(folder / "store"), device="cpu").run(video)
    return len(prediction.scores.fused)


def nothing(_folder: Path, _hours: int) -> None:
    """What everything above needs to start."""
    VideoEncoder(load_profile("tiny"), tempfile.gettempdir(), CPU)


def key(hours: int) -> str:
    return f"hours-{hours}"


def apart(*words: str) -> tuple[float, float]:
    """Peak memory in GB and seconds of a step, in a process of its own."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "benchmarks.memory", *words], stdout=subprocess.PIPE, check=True)
    return float(json.loads(done.stdout)), time.perf_counter() - began


def step(name: str, folder: Path, hours: int) -> None:
    """One step, then this process's own peak on standard output."""
    {"write": write_entry, "label": label, "nothing": nothing}[name](folder, hours)
    # Linux counts the peak in kilobytes.
    sys.stdout.write(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="vigil-memory-") as name:
        folder = Path(name)
        profile = load_profile("tiny")
        torch.manual_seed(0)
        write_detector(folder / "model", build_detector(profile, classes=8), profile, ("event",) * 8)
        idle_gb, _ = apart("nothing", name, "0")
        figures = [Figure("python with torch loaded", idle_gb, "GB")]
        peaks = []
        for hours in HOURS:
            written_gb, _ = apart("write", name, str(hours))
            peak_gb, seconds = apart("label", name, str(hours))
            peaks.append(peak_gb)
            figures += [
                Figure(f"{hours} h of video into the store: peak", written_gb, "GB"),
                Figure(
                    f"{hours} h of video labelled: peak",
                    peak_gb,
                    "GB",
                    goal=f"under {GOAL_GB:.0f} GB",
                    is_met=peak_gb < GOAL_GB,
                ),
                Figure("  from the start of the process to its end", seconds, "s"),
            ]
        grown = (peaks[1] - peaks[0]) * 1e9 / ((HOURS[1] - HOURS[0]) * 1800)
        features = 2 * sum(torch.Size(shape).numel() for shape in group_shapes(profile).values())
        against = f"{features} bytes of its features"
        figures.append(Figure("  growth from an hour to a day", grown, "bytes a clip", against=against))
        figures_print(figures)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        step(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
