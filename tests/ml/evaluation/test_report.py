from dataclasses import replace

import numpy as np
import pytest

from ml.contracts import ScoreTrack, VideoPrediction
from ml.errors import ScoresInvalid
from ml.evaluation.judged import Event
from ml.evaluation.labelled import LabelledVideo
from ml.evaluation.pairing import Choices, Expansion
from ml.evaluation.report import report_json, report_lines, report_of
from ml.evaluation.score_files import GivenScores

LABELLED = [
    LabelledVideo("a.mp4", 4, (Event(1, 5),), False, is_in_ms=False),
    LabelledVideo("b.mp4", 4, (), True, is_in_ms=False),
]


def given(*values):
    return {"a": GivenScores(np.array(values)), "b": GivenScores(np.zeros(1)), "c": GivenScores(np.zeros(1))}


def test_the_protocol_tells_what_was_paired():
    protocol = report_of(
        LABELLED, {"x/s.json": given(0.1, 0.9)}, Choices(rule="parity", postpress=True), "t.txt"
    ).protocol
    assert (protocol.truth, protocol.rule, protocol.expand, protocol.postpress) == ("t.txt", "parity", "uniform", True)
    assert (protocol.videos, protocol.abnormal_videos, protocol.frames, protocol.abnormal_frames) == (2, 1, 8, 3)
    assert (protocol.frames_of_auc_a, protocol.unused_scores, protocol.clipped_spans) == (4, 1, 1)
    # 3 abnormal frames tie with 1 normal frame of their video and beat the 4 of the other.
    assert protocol.auc_o_of_video_labels == pytest.approx((4 + 0.5) / 5)


def test_one_run_has_figures_and_several_have_a_spread():
    one = report_of(LABELLED, {"s.json": given(0.1, 0.9)}, Choices(), "t.txt")
    two = report_of(LABELLED, {"s.json": given(0.1, 0.9), "u.json": given(0.9, 0.1)}, Choices(), "t.txt")
    assert report_json([one])["results"][0]["spread"] is None
    spread = report_json([two])["results"][0]["spread"]
    assert spread["auc_a"]["runs"] == 2
    assert spread["boundary_error_s"] is None
    assert any(line.endswith("runs)") for line in report_lines(two)) is False


def test_a_figure_that_only_some_runs_have_says_so():
    numbers = {"s.json": given(0.1, 0.9), "u.json": given(0.1, 2.9)}
    lines = report_lines(report_of(LABELLED, numbers, Choices(), "t.txt"), shows_reliability=True)
    assert next(line for line in lines if line.startswith("Brier")).endswith("(1 of 2 runs)")
    assert "reliability of u.json: none, some scores lie outside [0, 1]" in lines


def test_runs_judged_by_different_protocols_are_refused():
    track = ScoreTrack((0, 1000), (1000, 2000), (), (), (), (0.2, 0.8))
    timed = GivenScores(np.array(track.fused), VideoPrediction("k", track, (), None), 2000, 4, has_segments=True)
    predictions = {"a": timed, "b": timed}
    message = "p.json and s.json are judged by different protocols .expand time and uniform, track fused and None.; "
    with pytest.raises(ScoresInvalid, match=message):
        report_of(LABELLED, {"s.json": given(0.1), "p.json": predictions}, Choices(), "t.txt")
    uneven = {"s.json": given(0.1), "two.json": given(0.1, 0.2)}
    unmeasured = [replace(video, length=None, events=()) for video in LABELLED]
    with pytest.raises(ScoresInvalid, match="two.json and s.json .*frames 6 and 4"):
        report_of(unmeasured, uneven, Choices(expansion=Expansion("repeat", 2)), "t.txt")


def test_scores_of_other_videos_may_differ_between_runs():
    few = {name: scores for name, scores in given(0.1).items() if name != "c"}
    report = report_of(LABELLED, {"few.json": few, "s.json": given(0.1)}, Choices(), "t.txt")
    assert report.protocol.unused_scores == 1


def test_runs_over_different_videos_are_refused():
    few = {"a": GivenScores(np.zeros(1))}
    with pytest.raises(ScoresInvalid, match="only some score files have b.mp4"):
        report_of(LABELLED, {"s.json": given(0.1), "few.json": few}, Choices(skip_missing=True), "t.txt")
