"""Which files an import is about, what they are called, and which line of labels.csv is theirs."""

import os
from pathlib import Path

from vigil.videos.candidates import candidates_of, clean_name, rows_by_name
from vigil.videos.labels_csv import FileLabels, LabelRow, LabelsCsv


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def labels(tmp_path: Path, *files: str) -> LabelsCsv:
    rows = tuple(LabelRow(line, file, FileLabels()) for line, file in enumerate(files, start=2))
    return LabelsCsv(tmp_path / "labels.csv", rows, ())


def test_a_folder_gives_its_videos_by_their_way_from_it(tmp_path: Path) -> None:
    touch(tmp_path / "normal/a.mp4", tmp_path / "abnormal/a.MP4", tmp_path / "b.avi", tmp_path / "LICENSE")
    touch(tmp_path / "._b.avi", tmp_path / ".cache/c.mp4", tmp_path / "labels.csv")

    found = candidates_of([tmp_path])

    assert [file.name for file in found.files] == ["b.avi", "abnormal/a.MP4", "normal/a.mp4"]
    assert found.labels_found == [tmp_path / "labels.csv"]
    assert found.passed_over == 1


def test_a_file_given_by_name_is_tried_whatever_it_is_called(tmp_path: Path) -> None:
    touch(tmp_path / "recording")

    assert [file.name for file in candidates_of([tmp_path / "recording"]).files] == ["recording"]


def test_a_file_given_twice_comes_once(tmp_path: Path) -> None:
    touch(tmp_path / "a.mp4")

    assert len(candidates_of([tmp_path, tmp_path / "a.mp4"]).files) == 1


def test_a_path_that_is_not_there_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    touch(tmp_path / "a.mp4")

    found = candidates_of([tmp_path / "none.mp4", tmp_path / "a.mp4"])

    assert [file.name for file in found.files] == ["a.mp4"]
    assert [(one.file, "no such file" in one.reason) for one in found.refused] == [(str(tmp_path / "none.mp4"), True)]


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")

    assert "neither a file nor a folder" in candidates_of([tmp_path / "pipe.mp4"]).refused[0].reason


def test_names_become_what_the_database_can_keep() -> None:
    assert clean_name("caf\udce9.mp4") == "caf\ufffd.mp4"
    assert clean_name("a\nb\0c.mp4") == "a_b_c.mp4"
    assert clean_name("x" * 500 + ".mp4").endswith("x.mp4")
    assert len(clean_name("x" * 500)) == 400


def test_a_row_names_a_file_by_the_end_of_its_path(tmp_path: Path) -> None:
    names = ["normal/a.mp4", "abnormal/a.mp4", "abnormal/b.mp4"]
    matched, refused = rows_by_name(labels(tmp_path, "normal/a.mp4", "b.mp4", "fights/abnormal/a.mp4"), names)

    assert {name: row.line for name, row in matched.items()} == {"normal/a.mp4": 2, "abnormal/b.mp4": 3}
    assert [one.file for one in refused] == ["fights/abnormal/a.mp4"]


def test_rows_that_fit_no_file_or_several_are_reported_with_their_line(tmp_path: Path) -> None:
    _, refused = rows_by_name(labels(tmp_path, "none.mp4", "a.mp4"), ["normal/a.mp4", "abnormal/a.mp4"])

    assert "line 2" in refused[0].reason
    assert "no such file" in refused[0].reason
    assert "line 3" in refused[1].reason
    assert "normal/a.mp4, abnormal/a.mp4" in refused[1].reason
