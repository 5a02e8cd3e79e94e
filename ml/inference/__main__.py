"""`python -m ml.inference`: what a trained model says of videos, as a file that `python -m ml.evaluation` reads."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ml.command_line import reported
from ml.contracts import to_json
from ml.datasets.index import IndexedVideo, read_index
from ml.errors import DatasetInvalid, VideoUnreadable
from ml.inference.prediction_file import PredictionFile
from ml.inference.prelabel import Prelabeller
from ml.model.artefact import artefact_sha256

EXAMPLE = """example:
  python -m ml.inference --artefact model --videos index.json --split test --store features --out predictions.json
  python -m ml.evaluation --truth truth.txt --scores predictions.json
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Score videos; the exit status: 0, or 2 for input that is refused (with one line that says why)."""
    options = _parser().parse_args(arguments)
    return reported(lambda: _predicted(options), as_json=options.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m ml.inference",
        description="Scores videos through an artefact and writes what it says of each of them.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--artefact", required=True, metavar="FOLDER", help="written by python -m ml.training")
    parser.add_argument("--videos", required=True, metavar="FILE", help="index .json of ml.datasets, or a table .csv")
    parser.add_argument("--split", choices=("train", "val", "test", "all"), default="test", help="(default test)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.json", help="the predictions to write")
    parser.add_argument("--store", required=True, metavar="FOLDER", help="feature store, shared between runs")
    parser.add_argument("--weights", default="", metavar="FOLDER", help="root of the profile's pretrained weights")
    parser.add_argument("--store-gb", type=float, default=50.0, help="what the feature store may take (default 50)")
    parser.add_argument("--device", help="cpu, cuda, cuda:1, ... (default: a GPU where there is one)")
    parser.add_argument("--skip-unreadable", action="store_true", help="go on without videos that cannot be read")
    parser.add_argument("--force", action="store_true", help="replace predictions that are there")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _predicted(options: argparse.Namespace) -> dict[str, Any]:
    if options.out.exists() and not options.force:
        raise DatasetInvalid(f"{options.out} is there already; name another file, or add --force")
    if not options.out.parent.is_dir():
        raise DatasetInvalid(f"there is no folder {options.out.parent} to write {options.out.name} to; make it first")
    videos = [one for one in read_index(options.videos).videos if options.split in ("all", one.video.split)]
    if not videos:
        raise DatasetInvalid(f"{options.videos} has no video in the split {options.split}; choose another --split")
    model = Prelabeller(options.artefact, options.store, options.device, options.weights, options.store_gb)
    sha256 = artefact_sha256(Path(options.artefact))
    written = PredictionFile(options.out, profile=model.profile.name, artefact_sha256=sha256, videos=videos)
    broken = []
    for number, video in enumerate(videos, start=1):
        if video.video.name in written.entries:
            continue
        try:
            written.add(_entry(model, video))
        except VideoUnreadable as error:
            if not options.skip_unreadable:
                raise
            print(f"left out: {error}", file=sys.stderr)
            broken.append(video.video.name)
        print(f"{number}/{len(videos)} {video.video.name}", file=sys.stderr, flush=True)
    written.finish()
    return {"predictions": str(options.out), "videos": len(written.entries), "unreadable": len(broken)}


def _entry(model: Prelabeller, video: IndexedVideo) -> dict[str, Any]:
    return {
        "name": video.video.name,
        "frame_count": video.frame_count,
        "fps": video.fps,
        "duration_ms": video.video.duration_ms,
        "prediction": to_json(model.run(video.video)),
    }


if __name__ == "__main__":
    sys.exit(main())
