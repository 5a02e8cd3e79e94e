"""`python -m ml.training`: train a model from an index of videos, without the platform, in one process or several."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from safetensors import SafetensorError

from annotation_templates.checking import TemplateError
from annotation_templates.loading import template_names
from ml.contracts import Progress, TrainingJob, TrainingOutcome, to_json
from ml.datasets.index import read_index
from ml.errors import JobInvalid, ModelError, TrainingStopped
from ml.profiles.loading import profile_names
from ml.training.processes import Processes, processes_of_launch
from ml.training.run import silent, train

STOPPED = 3
"""Exit status of a run that was asked to stop and keeps its checkpoint."""
EXAMPLE = """example:
  python -m ml.training --videos index.json --profile tiny --out model --store features --work work
  torchrun --nproc-per-node 4 -m ml.training --videos ucf.json --profile vad_llama_7b_published --weights weights \\
      --phases 1,2 --out vador --store features --work work

The index comes from python -m ml.datasets; a table file,label,split beside the videos does as well.
A run that was cut off (Ctrl-C, SIGTERM, a crash) goes on from its checkpoint when the same command is given again,
with any number of processes. Exit status: 0 trained, 2 refused, 3 stopped.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Train; the exit status: 0, 2 for what is refused (with one line that says why), 3 when asked to stop."""
    options = _parser().parse_args(arguments)
    try:
        processes = processes_of_launch()
        outcome = train(_job(options), silent if options.quiet else _tell, StopSignal(), processes)
    except TrainingStopped as error:
        print(f"stopped: {error}", file=sys.stderr)
        return STOPPED
    except (ModelError, TemplateError, OSError, SafetensorError) as error:
        print(f"refused: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    if processes.is_main:
        print(json.dumps(to_json(outcome)) if options.json else _told(outcome, processes))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m ml.training",
        description="Trains the phases of a profile and writes an artefact.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--videos", required=True, metavar="FILE", help="index .json of ml.datasets, or a table .csv")
    parser.add_argument(
        "--profile",
        default="tiny",
        metavar="NAME|FILE",
        help=f"{', '.join(profile_names())}, or a .yaml (default tiny)",
    )
    parser.add_argument("--phases", default="1,2,3", help="which of 1,2,3 (default all); without 1 give --parent")
    parser.add_argument("--out", required=True, metavar="FOLDER", help="the artefact to write; a new folder")
    parser.add_argument("--store", required=True, metavar="FOLDER", help="feature store, shared between runs")
    parser.add_argument("--work", required=True, metavar="FOLDER", help="checkpoints; the same command resumes")
    parser.add_argument("--weights", default="", metavar="FOLDER", help="root of the profile's pretrained weights")
    parser.add_argument("--parent", default="", metavar="FOLDER", help="artefact that phases left out are taken from")
    parser.add_argument(
        "--template", default="surveillance", help=f"{', '.join(template_names())} (default surveillance)"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--store-gb", type=float, default=50.0, help="what the feature store may take (default 50)")
    parser.add_argument("--quiet", action="store_true", help="no progress on standard error")
    parser.add_argument("--json", action="store_true", help="print the outcome as one JSON object")
    return parser


def _job(options: argparse.Namespace) -> TrainingJob:
    phases = tuple(int(part) if part.strip().isdigit() else 0 for part in options.phases.split(","))
    if Path(options.out).exists():
        raise JobInvalid(f"{options.out} is there already; name a new folder for --out")
    return TrainingJob(
        videos=tuple(video.training for video in read_index(options.videos).videos),
        profile=options.profile,
        phases=phases,
        out_dir=options.out,
        work_dir=options.work,
        store_dir=options.store,
        template=options.template,
        parent_dir=options.parent,
        seed=options.seed,
        weights_dir=options.weights,
        store_cap_gb=options.store_gb,
    )


class StopSignal:
    """Says whether Ctrl-C or SIGTERM came; the second one ends the process at once."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def __call__(self) -> bool:
        return self._asked.is_set()

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        self._asked.set()
        signal.signal(number, signal.SIG_DFL)


def _tell(progress: Progress) -> None:
    """A line on standard error."""
    parts = [f"{progress.phase} {progress.step}/{progress.total_steps}"]
    parts += [f"loss {progress.loss:.4f}"] if progress.loss is not None else []
    parts += [f"{progress.eta_s:.0f} s left"] if progress.eta_s is not None else []
    print(", ".join(parts), file=sys.stderr, flush=True)


def _told(outcome: TrainingOutcome, processes: Processes) -> str:
    figures = ", ".join(f"{name} {value:.4g}" for name, value in outcome.metrics.items())
    return f"{outcome.artefact_dir}: profile {outcome.profile}, {processes.count} process(es), {figures}"


if __name__ == "__main__":
    sys.exit(main())
