import json

import numpy as np
import pytest

from ml.errors import TruthInvalid
from ml.evaluation.judged import Event
from ml.evaluation.labelled import read_labelled, read_lengths, with_lengths


def written(tmp_path, content, name="truth"):
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_label_lines_are_in_frames(tmp_path):
    fight, quiet = read_labelled(written(tmp_path, "frames/a.mp4 100 7 10 20\nframes/b.mp4 50 0 0 50\n"))
    assert (fight.name, fight.length, fight.is_normal, fight.is_in_ms) == ("frames/a.mp4", 100, False, False)
    assert fight.events == (Event(10, 20),)
    assert (quiet.is_normal, quiet.events) == (True, (Event(0, 50),))


def test_json_of_activitynets_form_is_in_milliseconds(tmp_path):
    annotation = {"segment": [1, 2.5], "label": "Fall", "explanation": "A man falls."}
    content = {"a.mp4": {"duration": 4, "annotations": [annotation]}, "b.mp4": {"annotations": []}}
    fall, quiet = read_labelled(written(tmp_path, content))
    assert (fall.length, fall.is_in_ms, fall.is_normal) == (4000, True, None)
    assert fall.events == (Event(1000, 2500, "A man falls."),)
    assert (quiet.length, quiet.events) == (None, ())


def test_masks_of_frames(tmp_path):
    np.save(tmp_path / "01_0014.npy", np.array([0, 1, 1, 0, 1]))
    np.save(tmp_path / "01_0015.npy", np.zeros(3, dtype=np.uint8))
    fight, quiet = read_labelled(tmp_path)
    assert (fight.name, fight.length, fight.is_normal, fight.is_in_ms) == ("01_0014", 5, False, False)
    assert fight.events == (Event(1, 3), Event(4, 5))
    assert (quiet.length, quiet.is_normal, quiet.events) == (3, True, ())


@pytest.mark.parametrize("mask", [np.array([0, 2]), np.zeros((2, 2)), np.zeros(0), np.array(["1"])])
def test_what_is_no_mask_is_named(tmp_path, mask):
    np.save(tmp_path / "a.npy", mask)
    with pytest.raises(TruthInvalid, match="a.npy, a: expected a 0 or 1 for every frame"):
        read_labelled(tmp_path / "a.npy")


def test_a_folder_without_masks_is_refused(tmp_path):
    with pytest.raises(TruthInvalid, match="holds no frame masks"):
        read_labelled(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [("{}", "truth names no video"), ("{", "cannot be read as JSON"), ("[1]", "must hold an object"), ("x", "line 1")],
)
def test_a_file_of_no_form_is_refused(tmp_path, content, message):
    with pytest.raises(TruthInvalid, match=message):
        read_labelled(written(tmp_path, content))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(TruthInvalid, match="gone.txt cannot be read"):
        read_labelled(tmp_path / "gone.txt")


@pytest.mark.parametrize("content", ["video,frames\nAbuse028_x264,1412\n", {"Abuse028_x264.mp4": 1412}])
def test_lengths_fill_in_where_the_truth_has_none(tmp_path, content):
    truth = "Abuse028_x264.mp4  Abuse  165  240  -1  -1\nArson011_x264.mp4  Arson  150  420  680  1267\n"
    labelled = read_labelled(written(tmp_path, truth))
    filled = with_lengths(labelled, read_lengths(written(tmp_path, content, "lengths")), "lengths")
    assert [video.length for video in filled] == [1412, None]


def test_lengths_do_not_overrule_the_truth(tmp_path):
    labelled = read_labelled(written(tmp_path, "a.mp4 100 1 10 20\n"))
    assert with_lengths(labelled, {"a": 90}, "lengths")[0].length == 100


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a.mp4,many\n", "a.mp4: frames must be a whole number above 0, not 'many'"),
        ({"a.mp4": 0}, "a.mp4: frames must be"),
        ("a.mp4,1,2\n", "expected lines of `video,frames`"),
        ("a.mp4,10\na.mp4,20\n", "lengths.csv: a.mp4 is in it twice"),
        ('{"a.mp4": 10, "a.mp4": 20}', "'a.mp4' is in it twice"),
        ("x" * 200_000 + ",1\n", "lengths.csv cannot be read as CSV"),
        (b"a.mp4,10\n" * 2000 + b"\xe9.mp4,10\n", "lengths.csv cannot be read as CSV"),
    ],
)
def test_bad_lengths_are_named(tmp_path, content, message):
    with pytest.raises(TruthInvalid, match=message):
        read_lengths(written(tmp_path, content, "lengths.csv"))
