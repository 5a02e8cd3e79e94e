"""The command, as it is called."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from miniature_datasets import write_tad, write_ucf_crime

from ml.datasets.__main__ import main
from ml.datasets.index import read_index
from ml.evaluation.label_lines import read_label_lines


@pytest.fixture(scope="module")
def ucf(tmp_path_factory):
    return write_ucf_crime(tmp_path_factory.mktemp("data") / "UCF-Crime")


def test_ucf_crime_as_downloaded_becomes_an_index(ucf, tmp_path, capsys):
    glances = tmp_path / "glances.csv"
    glances.write_text("video-id,glance\nAbuse001_x264,16\n")
    words = ["ucf_crime", str(ucf), "--out", str(tmp_path / "i.json"), "--truth", str(tmp_path / "t.txt"), "--json"]
    assert main([*words, "--glances", str(glances)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["train"], report["test"], report["missing"], report["glances"]) == (6, 3, 0, 1)
    index = read_index(tmp_path / "i.json")
    by_name = {video.video.name: video for video in index.videos}
    assert by_name["Abuse/Abuse001_x264.mp4"].training.glances[0].at_ms == 2000
    assert by_name["Abuse/Abuse001_x264.mp4"].video.weak_label == "abnormal"
    assert by_name["Training_Normal_Videos_Anomaly/Normal_Videos001_x264.mp4"].video.weak_label == "normal"
    truths = {truth.video.name: truth for truth in index.truths}
    assert len(truths) == 3
    # 24 and 56 of 64 frames at 8 frames a second.
    assert [(s.start_ms, s.end_ms, s.label) for s in truths["Abuse/Abuse028_x264.mp4"].segments] == [
        (3000, 7000, "Abuse")
    ]
    assert truths["Normal_Videos_003_x264.mp4"].segments == ()
    lines = read_label_lines(tmp_path / "t.txt")
    assert [(line.name, line.frame_count, line.spans) for line in lines] == [
        ("Abuse/Abuse028_x264.mp4", 64, ((24, 56),)),
        ("Fighting/Fighting018_x264.mp4", 64, ((16, 30), (32, 48))),
        ("Normal_Videos_003_x264.mp4", 64, ()),
    ]
    assert main(words) == 2
    assert "i.json is there already" in capsys.readouterr().err


def test_tad_as_downloaded_becomes_videos_and_an_index(tmp_path, capsys):
    folder = write_tad(tmp_path / "TAD")
    words = ["tad", str(folder), "--out", str(tmp_path / "i.json"), "--truth", str(tmp_path / "t.txt")]
    assert main(words) == 2
    assert "is a folder of images; add --videos-to FOLDER" in capsys.readouterr().err
    assert main([*words, "--videos-to", str(tmp_path / "videos"), "--fps", "8"]) == 0
    index = read_index(tmp_path / "i.json")
    assert {video.video.duration_ms for video in index.videos} == {8000}
    assert (tmp_path / "videos" / "abnormal" / "01_Accident_001.mp4").is_file()
    (event,) = next(truth.segments for truth in index.truths if truth.video.name == "abnormal/01_Accident_006.mp4")
    assert (event.start_ms, event.end_ms, event.label) == (0, 5000, "Accident")


def test_every_test_span_that_does_not_lie_in_its_file_is_named_and_counted(ucf, tmp_path, capsys):
    lists = tmp_path / "tests.txt"
    lists.write_text("Abuse028_x264.mp4  Abuse  24  66  -1  -1\nFighting018_x264.mp4  Fighting  16  30  64  80\n")
    words = ["ucf_crime", str(ucf), "--out", str(tmp_path / "i.json"), "--test-list", str(lists), "--json"]
    assert main(words) == 0
    out, error = capsys.readouterr()
    report = json.loads(out)
    assert (report["spans_dropped"], report["spans_cut"]) == (1, 1)
    assert error.splitlines() == [
        "span cut: Abuse/Abuse028_x264.mp4 24 66, which has 64 frames",
        "span dropped: Fighting/Fighting018_x264.mp4 64 80, which has 64 frames",
    ]


def test_every_missing_video_is_named_and_counted(ucf, tmp_path, capsys):
    lists = tmp_path / "Anomaly_Train.txt"
    found = (ucf / "UCF_Crimes-Train-Test-Split/Anomaly_Detection_splits/Anomaly_Train.txt").read_text()
    lists.write_text(found + "Abuse/Abuse777_x264.mp4\nArson/Arson001_x264.mp4\n")
    words = ["ucf_crime", str(ucf), "--out", str(tmp_path / "i.json"), "--train-list", str(lists)]
    assert main(words) == 2
    told = capsys.readouterr().err.splitlines()
    assert told[:2] == ["missing: Abuse/Abuse777_x264.mp4 (train)", "missing: Arson/Arson001_x264.mp4 (train)"]
    assert told[2].startswith("refused: 2 of 11 listed videos have no file")
    assert not (tmp_path / "i.json").exists()
    assert main([*words, "--skip-missing"]) == 0
    assert "missing: 2" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["ucf_crime", "nowhere", "--out", "i.json"], "nowhere is no folder"),
        (["ucf_crime", ".", "--out", "no/such/i.json"], "there is no folder no/such"),
        (["ucf_crime", ".", "--out", "i.json"], "holds no training list"),
        *(
            (["tad", ".", "--out", "i.json", f"--fps={fps}"], "--fps must be from 0.1 to 1000, not ")
            for fps in ("nan", "inf", "-5", "0", "1e9")
        ),
    ],
)
def test_bad_input_is_one_line_and_status_2(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "example:\n  python -m ml.datasets " in capsys.readouterr().out
