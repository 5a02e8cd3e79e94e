import pytest

from ml.errors import TruthInvalid
from ml.evaluation.label_lines import read_label_lines


def written(tmp_path, text):
    path = tmp_path / "labels.txt"
    path.write_text(text)
    return path


def test_lines_with_the_number_of_frames(tmp_path):
    lines = read_label_lines(
        written(
            tmp_path,
            "frames/Abuse/Abuse028_x264.mp4 1412 1 165 240 -1 -1\n"
            "frames/Arson/Arson011_x264.mp4 1266 3 150 420 680 1267\n\n"
            "frames/abnormal/01_Accident_006.mp4 266 1 75 110\n"
            "frames/normal/Normal_008.mp4 77 0 0 77\n",
        )
    )
    assert [(one.frame_count, one.class_name, one.is_normal) for one in lines] == [
        (1412, "1", False),
        (1266, "3", False),
        (266, "1", False),
        (77, "0", True),
    ]
    assert [one.spans for one in lines] == [((165, 240),), ((150, 420), (680, 1267)), ((75, 110),), ((0, 77),)]
    assert lines[0].name == "frames/Abuse/Abuse028_x264.mp4"


def test_lines_as_ucf_crime_comes(tmp_path):
    # Two blanks between the fields, blanks and tabs at the end: so it is published.
    lines = read_label_lines(
        written(
            tmp_path,
            "Abuse028_x264.mp4  Abuse  165  240  -1  -1  \t\r\n"
            "Normal_Videos_003_x264.mp4  Normal  -1  -1  -1  -1  \n"
            "Shooting046_x264.mp4  Shooting  4005  4230  4760  5088  \n",
        )
    )
    assert [one.frame_count for one in lines] == [None, None, None]
    assert [one.class_name for one in lines] == ["Abuse", "Normal", "Shooting"]
    assert [one.is_normal for one in lines] == [False, True, False]
    assert [one.spans for one in lines] == [((165, 240),), (), ((4005, 4230), (4760, 5088))]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a.mp4", "labels.txt, line 2: expected"),
        ("a.mp4 Abuse 165 240 -1", "line 2: expected `path n_frames class start end"),
        ("a.mp4 100 1 5 x", "not 'a.mp4 100 1 5 x'"),
        ("a.mp4 0 1 5 6", "a.mp4 must have at least one frame, not 0"),
        ("a.mp4 100 1 50 20", "a.mp4: a span must start at 0 or later and before it ends, not 50 20"),
        ("a.mp4 100 1 -1 20", "not -1 20"),
        ("a.mp4 100 1 100 120", "a.mp4: the span 100 120 starts behind its 100 frames"),
        ("ok.mp4 100 1 5 6", "line 2: ok.mp4 has a line already"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, message):
    with pytest.raises(TruthInvalid, match=message):
        read_label_lines(written(tmp_path, f"ok.mp4 10 0\n{line}\n"))


def test_a_file_without_lines_or_of_bytes_is_refused(tmp_path):
    with pytest.raises(TruthInvalid, match="labels.txt is empty"):
        read_label_lines(written(tmp_path, "\n \n"))
    (tmp_path / "labels.txt").write_bytes(b"\x80\x04\x95")
    with pytest.raises(TruthInvalid, match="labels.txt cannot be read as text"):
        read_label_lines(tmp_path / "labels.txt")
