"""Figures and their protocol as lines for people and as JSON for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ml.contracts import CalibrationFigures, EvaluationResult, to_json
from ml.errors import ScoresInvalid
from ml.evaluation.figures import figures
from ml.evaluation.labelled import LabelledVideo
from ml.evaluation.pairing import Choices, Paired, paired
from ml.evaluation.protocol import Protocol, protocol_of
from ml.evaluation.score_files import GivenScores
from ml.evaluation.spread import FIGURES, Spread, flat_figures, spreads
from ml.evaluation.text_figures import Embed

_RULES = {"correct": "start >= 0", "parity": "start > 0, as published"}
_WIDTH = 40


@dataclass(frozen=True)
class Report:
    """The figures of one protocol: a result a score file."""

    protocol: Protocol
    sources: tuple[str, ...]
    results: tuple[EvaluationResult, ...]


def report_of(
    labelled: Sequence[LabelledVideo],
    given: Mapping[str, Mapping[str, GivenScores]],
    choices: Choices,
    truth: str,
    embed: Embed | None = None,
) -> Report:
    """The figures of each score file in `given`, by its path, against the videos of the file `truth`.

    Raises:
        ScoresInvalid: a video has no scores or scores that do not fit it, or the files are of different videos or
            judged by different protocols.
        TruthInvalid: a name fits two videos.
    """
    pairings = [paired(labelled, scores, choices, Path(path).name) for path, scores in given.items()]
    for pairing in pairings:
        if pairing.missing != pairings[0].missing:
            video = min({*pairing.missing} ^ {*pairings[0].missing})
            raise ScoresInvalid(f"only some score files have {video}; runs over different videos cannot be joined")
    sources = tuple(Path(path).name for path in given)
    return Report(
        protocol=_common_protocol(pairings, sources, choices, truth),
        sources=sources,
        results=tuple(figures(one.videos, threshold=choices.threshold, embed=embed) for one in pairings),
    )


def _common_protocol(pairings: Sequence[Paired], sources: Sequence[str], choices: Choices, truth: str) -> Protocol:
    """The one protocol of all score files; of scores of no video, which are no part of it, the greatest number.

    Raises:
        ScoresInvalid: the files were laid over the truth in different ways, and a mean of them says nothing.
    """
    unused = max(pairing.unused for pairing in pairings)
    first, *others = [replace(protocol_of(one, choices, truth), unused_scores=unused) for one in pairings]
    for source, other in zip(sources[1:], others, strict=True):
        differing = [key for key, value in asdict(first).items() if asdict(other)[key] != value]
        if differing:
            told = ", ".join(f"{key} {asdict(other)[key]} and {asdict(first)[key]}" for key in differing)
            raise ScoresInvalid(
                f"{source} and {sources[0]} are judged by different protocols ({told}); evaluate them apart"
            )
    return first


def report_json(reports: Sequence[Report]) -> dict[str, Any]:
    """`{"results": [{"protocol", "runs": [{"scores", "figures"}], "spread"}]}`; `spread` is null for one run."""
    return {
        "results": [
            {
                "protocol": to_json(report.protocol),
                "runs": [
                    {"scores": source, "figures": to_json(result)}
                    for source, result in zip(report.sources, report.results, strict=True)
                ],
                "spread": to_json(spreads(report.results)) if len(report.results) > 1 else None,
            }
            for report in reports
        ]
    }


def report_lines(report: Report, *, shows_reliability: bool = False) -> list[str]:
    """The protocol, then a line a figure; figures that the truth cannot give are left out."""
    lines = [*_protocol_lines(report.protocol, report.sources), ""]
    many = len(report.results) > 1
    if many:
        lines.append(f"{'':<{_WIDTH}}    mean     std     min     max")
    single, spread_by_key = flat_figures(report.results[0]), spreads(report.results)
    for key, title in FIGURES.items():
        spread, value = spread_by_key[key], single[key]
        if many and spread is not None:
            lines.append(f"{title:<{_WIDTH}} {_spread_text(spread, len(report.results))}")
        elif not many and value is not None:
            lines.append(f"{title:<{_WIDTH}} {value:7.4f}")
        if key == "auc_o" and report.protocol.auc_o_of_video_labels is not None:
            title = "  of a classifier of whole videos alone"
            lines.append(f"{title:<{_WIDTH}} {report.protocol.auc_o_of_video_labels:7.4f}")
    if shows_reliability:
        for source, result in zip(report.sources, report.results, strict=True):
            lines += ["", *_reliability_lines(source, result.calibration)]
    return lines


def _protocol_lines(protocol: Protocol, sources: Sequence[str]) -> list[str]:
    smoothing = "averaged in 32 windows (postpress)" if protocol.postpress else "not averaged"
    curve = f", curve {protocol.track}" if protocol.track else ""
    lines = [
        f"truth   {protocol.truth}, rule {protocol.rule} ({_RULES[protocol.rule]}; ends half open)",
        f"scores  {', '.join(sources)}{curve}; expanded {protocol.expand}, {smoothing}; "
        f"threshold {protocol.threshold:g}",
        f"videos  {protocol.videos:,}, {protocol.abnormal_videos:,} abnormal; without scores and left out "
        f"{protocol.skipped_videos:,}, scores of no video {protocol.unused_scores:,}",
        f"frames  {protocol.frames:,}, {protocol.abnormal_frames:,} abnormal; "
        f"{protocol.frames_of_auc_a:,} in videos with an abnormal frame",
    ]
    if protocol.clipped_spans:
        lines.append(f"spans   {protocol.clipped_spans:,} cut at the last frame of the video")
    return lines


def _spread_text(spread: Spread, runs: int) -> str:
    std = "       " if spread.std is None else f"{spread.std:7.4f}"
    partly = "" if spread.runs == runs else f"  ({spread.runs} of {runs} runs)"
    return f"{spread.mean:7.4f} {std} {spread.low:7.4f} {spread.high:7.4f}{partly}"


def _reliability_lines(source: str, calibration: CalibrationFigures | None) -> list[str]:
    if calibration is None:
        return [f"reliability of {source}: none, some scores lie outside [0, 1]"]
    head = f"reliability of {source}"
    return [
        f"{head:<{_WIDTH}}  frames    mean score    abnormal share",
        *(
            f"  {f'{one.low:.1f} to {one.high:.1f}':<{_WIDTH - 3}} {one.frames:9,} {one.mean_score:13.4f}"
            f" {one.abnormal_share:17.4f}"
            for one in calibration.bins
        ),
    ]
