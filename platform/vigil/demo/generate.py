"""Makes the demo footage: video files, labels.csv and segments.json. Needs no Django.

python -m vigil.demo.generate OUT_DIR [--seed 0] [--workers 2]
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

from vigil.demo.production import MadeVideo, Truth, filmed_at, make_video
from vigil.demo.programme import PROGRAMME, VideoPlan

OnProgress = Callable[[int, int, str], None]
"""Videos made so far, videos in all, name of the latest."""
RECIPE = 6
"""Raise this when the footage changes, so that older files are made again."""


@dataclass(frozen=True)
class DemoManifest:
    """What was made, and what is true of it."""

    directory: Path
    seed: int
    videos: tuple[MadeVideo, ...]

    @property
    def labels_csv(self) -> Path:
        """file,label,split,group of each video."""
        return self.directory / "labels.csv"

    @property
    def segments_json(self) -> Path:
        """Ground truth, ActivityNet style, with a sentence for each event."""
        return self.directory / "segments.json"


def generate(
    out_dir: Path,
    seed: int = 0,
    workers: int = 2,
    on_progress: OnProgress | None = None,
    programme: Sequence[VideoPlan] = PROGRAMME,
) -> DemoManifest:
    """Writes the footage into `out_dir`. Videos that an earlier, interrupted call finished are kept.

    Raises:
        OSError: the folder cannot be written, or the disk is full.
        BrokenProcessPool: a process that drew was killed, most likely for want of memory.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    made = {plan.file: found for plan in programme if (found := _finished(out_dir, plan, seed)) is not None}
    missing = sorted(
        (plan for plan in programme if plan.file not in made), key=lambda plan: (plan.camera.group, plan.is_dark)
    )
    if missing:
        with ProcessPoolExecutor(max(workers, 1), mp_context=get_context("spawn")) as pool:
            futures = [pool.submit(_make, plan, out_dir, seed) for plan in missing]
            try:
                for future in as_completed(futures):
                    video = future.result()
                    made[video.file] = video
                    if on_progress is not None:
                        on_progress(len(made), len(programme), video.file)
            finally:  # stopped, or a full disk: what nobody has begun is not begun any more
                pool.shutdown(cancel_futures=True)
    manifest = DemoManifest(out_dir, seed, tuple(made[plan.file] for plan in programme))
    _write_labels(manifest, {plan.file: filmed_at(plan).isoformat() for plan in programme})
    _write_segments(manifest)
    return manifest


def _make(plan: VideoPlan, out_dir: Path, seed: int) -> MadeVideo:
    video = make_video(plan, out_dir, seed)
    note = _note(out_dir, plan)
    part = note.with_suffix(".part")
    part.write_text(json.dumps({"recipe": _recipe(plan, seed), "video": asdict(video)}))
    part.replace(note)
    return video


def _note(out_dir: Path, plan: VideoPlan) -> Path:
    folder = out_dir / ".made"
    folder.mkdir(exist_ok=True)
    return folder / f"{plan.file}.json"


def _recipe(plan: VideoPlan, seed: int) -> str:
    return f"{RECIPE} {seed} {plan.duration_s} {plan.is_dark} {plan.anomalies} {plan.everyday} {plan.camera.split}"


def _finished(out_dir: Path, plan: VideoPlan, seed: int) -> MadeVideo | None:
    """The video, if an earlier call with the same seed finished it."""
    note = _note(out_dir, plan)
    if not note.exists() or not (out_dir / plan.file).exists():
        return None
    stored = json.loads(note.read_text())
    if stored["recipe"] != _recipe(plan, seed):
        return None
    truths = tuple(Truth(**truth) for truth in stored["video"].pop("truths"))
    return MadeVideo(**stored["video"], truths=truths)


def _write_labels(manifest: DemoManifest, filmed: dict[str, str]) -> None:
    part = manifest.labels_csv.with_suffix(".part")
    with part.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "label", "split", "group", "recorded_at"))
        writer.writerows(
            (video.file, video.label, video.split, video.group, filmed[video.file]) for video in manifest.videos
        )
    part.replace(manifest.labels_csv)


def _write_segments(manifest: DemoManifest) -> None:
    entries = {
        video.file: {
            "duration": video.duration_s,
            "caption": video.caption,
            "annotations": [
                {"segment": [truth.start_s, truth.end_s], "label": truth.label, "sentence": truth.sentence}
                for truth in video.truths
            ],
        }
        for video in manifest.videos
    }
    part = manifest.segments_json.with_suffix(".part")
    part.write_text(json.dumps(entries, indent=1))
    part.replace(manifest.segments_json)


def main() -> int:
    """Exit status of the command."""
    parser = argparse.ArgumentParser(
        description="Makes the demo footage.", epilog="example: python -m vigil.demo.generate /tmp/footage"
    )
    parser.add_argument("out_dir", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    manifest = generate(
        chosen.out_dir, chosen.seed, chosen.workers, lambda done, of, name: print(f"{done}/{of} {name}", flush=True)
    )
    print(f"{len(manifest.videos)} videos in {manifest.directory}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
