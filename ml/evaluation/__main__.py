"""`python -m ml.evaluation`: figures of any score file against any ground truth, without Vigil and its models."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from ml.errors import ModelError, ScoresInvalid
from ml.evaluation.figures import THRESHOLD
from ml.evaluation.labelled import read_labelled, read_lengths, with_lengths
from ml.evaluation.pairing import Choices, Expansion
from ml.evaluation.report import Report, report_json, report_lines, report_of
from ml.evaluation.score_files import read_scores, track_of
from ml.evaluation.text_figures import Embed

_EXAMPLE = """\
examples:
  python -m ml.evaluation --truth UCF_test.txt --scores scores.json --rule parity --postpress
  python -m ml.evaluation --truth segments.json --scores seed0.json seed1.json seed2.json --json

truth:   lines `path n_frames class s1 e1 s2 e2` (UCF-Crime and TAD as UMIL publishes them), lines
         `Name.mp4 Class s1 e1 s2 e2` (UCF-Crime itself), ActivityNet's JSON, or frame masks (.npz, folder of .npy)
scores:  JSON {video: [score, ...]}, CSV lines `video,score`, .npz with an array a video, a folder of .npy or
         .npz files, or predictions.json of `python -m ml.inference`; any number of scores a video
python -m ml.evaluation.by_meaning takes the same and compares sentences by their meaning too.
docs/evaluation.md says what each figure means and how protocols differ."""


class _OneLineParser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments; the usage is for `--help`."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {' '.join(message.split())} (see {self.prog} --help)\n")


def parser() -> argparse.ArgumentParser:
    """The arguments of the command."""
    made = _OneLineParser(
        prog="python -m ml.evaluation",
        description="Figures of anomaly scores against a ground truth, and the protocol they were made by.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--truth", required=True, metavar="FILE", help="label lines, ActivityNet's JSON, or masks")
    made.add_argument(
        "--scores", required=True, nargs="+", metavar="PATH", help="a score file; several are seeds: mean and spread"
    )
    made.add_argument(
        "--rule", action="append", choices=("correct", "parity"),
        help="spans that count: correct, start >= 0 (default); parity, start > 0 as published; may be repeated",
    )  # fmt: skip
    made.add_argument(
        "--expand", type=_expansion, default=Expansion(), metavar="HOW",
        help="uniform: spread evenly over the frames (default); time: by the clips' times (default for predictions); "
        "repeat16: each score for 16 frames",
    )  # fmt: skip
    made.add_argument("--postpress", action="store_true", help="average in 32 windows a video, as the published code")
    made.add_argument(
        "--clip-frames", type=_whole, metavar="N", help="frames a score stands for; checked, or the length"
    )
    made.add_argument(
        "--lengths", metavar="FILE", help="frames of each video (CSV `video,frames` or JSON), if not in the truth"
    )
    made.add_argument(
        "--fps", type=_above_zero, help="frames a second: for seconds and hours; the grid of a truth in seconds"
    )
    made.add_argument(
        "--threshold", type=_finite, default=THRESHOLD, help=f"of frames and events (default {THRESHOLD})"
    )
    made.add_argument(
        "--track", type=_track, default=("fused",), metavar="CURVES",
        help="of predictions.json: fused (default), raw, long, short, or the mean of some, such as raw+long+short",
    )  # fmt: skip
    made.add_argument("--skip-missing", action="store_true", help="leave videos without scores out, and count them")
    made.add_argument("--reliability", action="store_true", help="print the reliability table too")
    made.add_argument("--json", action="store_true", help="print one JSON value and nothing else")
    return made


def main(arguments: Sequence[str] | None = None, embed: Embed | None = None) -> int:
    """Prints the figures; 0, or 2 after one line on standard error. With `embed`, sentences are compared by meaning."""
    options = parser().parse_args(arguments)
    try:
        reports = _reports(options, embed)
    except ModelError as error:
        sys.stderr.write(f"python -m ml.evaluation: error: {' '.join(str(error).split())}\n")
        return 2
    if options.json:
        sys.stdout.write(json.dumps(report_json(reports), ensure_ascii=False) + "\n")
    else:
        blocks = ["\n".join(report_lines(one, shows_reliability=options.reliability)) for one in reports]
        sys.stdout.write("\n\n".join(blocks) + "\n")
    return 0


def _reports(options: argparse.Namespace, embed: Embed | None) -> list[Report]:
    labelled = read_labelled(options.truth)
    if options.lengths:
        labelled = with_lengths(labelled, read_lengths(options.lengths), Path(options.lengths).name)
    given = {path: read_scores(path, options.track) for path in options.scores}
    if len(given) < len(options.scores):
        raise ScoresInvalid("a score file is given twice; each counts as a run of its own")
    choices = Choices(
        expansion=options.expand,
        postpress=options.postpress,
        clip_frames=options.clip_frames,
        fps=options.fps,
        threshold=options.threshold,
        skip_missing=options.skip_missing,
        track=options.track,
    )
    rules = list(dict.fromkeys(options.rule or ["correct"]))
    truth = Path(options.truth).name
    return [report_of(labelled, given, replace(choices, rule=rule), truth, embed) for rule in rules]


def _expansion(text: str) -> Expansion:
    try:
        return Expansion.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _track(text: str) -> tuple[str, ...]:
    try:
        return track_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number above 0, not {text!r}")
    return int(text)


def _above_zero(text: str) -> float:
    value = _finite(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"must be above 0, not {text!r}")
    return value


def _finite(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"must be a number, not {text!r}")
    return value


if __name__ == "__main__":
    sys.exit(main())
