"""`python -m ml.evaluation` as others call it."""

import json
import subprocess
import sys

import pytest

from ml.contracts import Judgement, PredictedSegment, ScoreTrack, VideoPrediction, to_json
from ml.evaluation.__main__ import main

LABELS = "frames/Abuse/A1_x264.mp4 8 1 2 4 -1 -1\nframes/abnormal/T1.mp4 4 2 0 2\nframes/normal/N1.mp4 4 0 0 4\n"
SCORES = {"A1_x264": [0.1, 0.9, 0.2, 0.1], "T1": [0.8, 0.3], "N1": [0.4]}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "labels.txt").write_text(LABELS)
    (tmp_path / "scores.json").write_text(json.dumps(SCORES))
    return tmp_path


def results(capsys, *words):
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)["results"]


def test_the_protocol_comes_with_the_figures(folder, capsys):
    correct, parity = results(
        capsys, "--truth", "labels.txt", "--scores", "scores.json", "--rule", "correct", "--rule", "parity"
    )
    protocol = correct["protocol"]
    assert (protocol["truth"], protocol["rule"], protocol["expand"]) == ("labels.txt", "correct", "uniform")
    assert protocol["track"] is None, "bare scores have no branches"
    assert (protocol["videos"], protocol["abnormal_videos"]) == (3, 2)
    assert (protocol["frames"], protocol["abnormal_frames"], protocol["frames_of_auc_a"]) == (16, 4, 12)
    (run,) = correct["runs"]
    assert (run["scores"], run["figures"]["auc_o"], run["figures"]["auc_a"]) == ("scores.json", 1.0, 1.0)
    assert correct["spread"] is None
    assert (parity["protocol"]["abnormal_frames"], parity["protocol"]["frames_of_auc_a"]) == (2, 8)
    # .9 .9 against 14 others, and the .8 .8 of T1 below them.
    assert parity["runs"][0]["figures"]["auc_o"] == 1.0


def test_several_files_are_seeds(folder, capsys):
    (folder / "other.json").write_text(json.dumps({**SCORES, "N1": [0.85]}))
    (found,) = results(capsys, "--truth", "labels.txt", "--scores", "scores.json", "other.json")
    assert [run["scores"] for run in found["runs"]] == ["scores.json", "other.json"]
    figures = [run["figures"]["auc_o"] for run in found["runs"]]
    spread = found["spread"]["auc_o"]
    assert (spread["low"], spread["high"], spread["runs"]) == (min(figures), max(figures), 2)
    assert spread["mean"] == pytest.approx(sum(figures) / 2)
    assert main(["--truth", "labels.txt", "--scores", "scores.json", "other.json"]) == 0
    assert "mean     std     min     max" in capsys.readouterr().out


def test_lines_for_people(folder, capsys):
    assert main(["--truth", "labels.txt", "--scores", "scores.json", "--postpress", "--reliability"]) == 0
    printed = capsys.readouterr().out
    assert "truth   labels.txt, rule correct (start >= 0; ends half open)" in printed
    assert "expanded uniform, averaged in 32 windows (postpress); threshold 0.5" in printed
    assert "frames  16, 4 abnormal; 12 in videos with an abnormal frame" in printed
    assert "AUC, all videos (AUC_O)                   1.0000" in printed
    assert "  of a classifier of whole videos alone   0.6667" in printed
    assert "Boundary error" not in printed, "nobody told how long a frame is"
    assert "  0.9 to 1.0" in printed


def test_fps_make_seconds_and_hours(folder, capsys):
    (found,) = results(capsys, "--truth", "labels.txt", "--scores", "scores.json", "--fps", "2")
    figures = found["runs"][0]["figures"]
    assert figures["boundary_error_s"] == 0.0
    assert figures["operating_point"]["false_alarms_per_hour"] == 0.0


def test_predictions_bring_events_judgement_and_words(folder, capsys):
    track = ScoreTrack((0, 1000), (1000, 2000), (0.1, 0.9), (0.1, 0.9), (0.1, 0.9), (0.1, 0.9))
    segment = PredictedSegment(1000, 2000, "Fall", 0.9, "A man falls over.")
    made = VideoPrediction("k", track, (segment,), Judgement(True, "Yes, from 1s to 2s."))
    entry = {"name": "a.mp4", "duration_ms": 2000, "frame_count": 50, "prediction": to_json(made)}
    (folder / "predictions.json").write_text(json.dumps({"videos": [entry]}))
    truth = {"a.mp4": {"duration": 2, "annotations": [{"segment": [1, 2], "explanation": "A man falls over."}]}}
    (folder / "segments.json").write_text(json.dumps(truth))
    (found,) = results(capsys, "--truth", "segments.json", "--scores", "predictions.json")
    assert (found["protocol"]["expand"], found["protocol"]["track"]) == ("time", "fused")
    figures = found["runs"][0]["figures"]
    assert (figures["auc_a"], figures["event_f1"]["0.7"], figures["boundary_error_s"]) == (1.0, 1.0, 0.0)
    assert (figures["judgement_accuracy"], figures["text"]["interval_iou"]) == (1.0, 1.0)
    assert figures["text"]["chrf"] == pytest.approx(100)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--truth", "gone.txt", "--scores", "scores.json"], "gone.txt cannot be read"),
        (["--truth", "labels.txt", "--scores", "few.json"], "2 of 3 videos have no scores in few.json, the first is"),
        (["--truth", "labels.txt", "--scores", "scores.json", "scores.json"], "a score file is given twice"),
        (["--truth", "labels.txt", "--scores", "scores.json", "--clip-frames", "1"], "4 scores of 1 frames do not"),
        (
            ["--truth", "labels.txt", "--scores", "scores.json", "few.json", "--skip-missing"],
            "only some score files have frames/abnormal/T1.mp4",
        ),
    ],
)
def test_bad_input_is_one_line_and_exit_status_2(folder, capsys, words, message):
    (folder / "few.json").write_text(json.dumps({"A1_x264": [0.1, 0.2, 0.3, 0.4]}))
    assert main(words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("python -m ml.evaluation: error: ")
    assert message in told.err
    assert told.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--expand", "linear"], "expand must be auto, uniform, time or repeatN"),
        (["--rule", "wrong"], "invalid choice: 'wrong'"),
        (["--fps", "0"], "must be above 0"),
        (["--threshold", "nan"], "must be a number"),
        (["--track", "raw+fused"], "track must be fused, or of raw, long and short joined by +"),
        (["--clip-frames", "-3"], "must be a whole number above 0"),
    ],
)
def test_bad_arguments_are_one_line_and_exit_status_2(folder, capsys, words, message):
    with pytest.raises(SystemExit) as ended:
        main(["--truth", "labels.txt", "--scores", "scores.json", *words])
    told = capsys.readouterr().err
    assert (ended.value.code, told.count("\n")) == (2, 1)
    assert message in told


def test_it_runs_as_a_module_and_tells_an_example(folder, pytestconfig):
    told = subprocess.run(
        [sys.executable, "-m", "ml.evaluation", "--help"],
        cwd=pytestconfig.rootpath,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "python -m ml.evaluation --truth UCF_test.txt --scores scores.json --rule parity --postpress" in told.stdout


def test_figures_of_score_files_need_no_torch(pytestconfig):
    asked = "import sys, ml.evaluation.__main__; print(sorted({'torch', 'transformers', 'django'} & set(sys.modules)))"
    told = subprocess.run(
        [sys.executable, "-c", asked], cwd=pytestconfig.rootpath, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"


def test_files_of_windows_are_read(folder, capsys):
    (folder / "labels.txt").write_bytes(("\ufeff" + LABELS.replace("\n", "\r\n")).encode())
    (folder / "scores.csv").write_bytes("\ufeffvideo,score\r\nA1_x264,0.9\r\nT1,0.8\r\nN1,0.1\r\n".encode())
    (found,) = results(capsys, "--truth", "labels.txt", "--scores", "scores.csv")
    assert found["runs"][0]["figures"]["video_auc"] == 1.0


def test_a_normal_video_of_one_frame_has_few_figures(folder, capsys):
    (folder / "labels.txt").write_text("N1.mp4 1 0 -1 -1\n")
    (found,) = results(capsys, "--truth", "labels.txt", "--scores", "scores.json", "--postpress")
    figures = found["runs"][0]["figures"]
    assert [figures[key] for key in ("auc_o", "auc_a", "video_auc", "ap", "text")] == [None] * 5
    assert (figures["operating_point"]["accuracy"], figures["operating_point"]["best_threshold"]) == (1.0, None)
    assert main(["--truth", "labels.txt", "--scores", "scores.json"]) == 0
    assert "AUC" not in capsys.readouterr().out
