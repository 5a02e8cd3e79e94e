import json

import numpy as np
import pytest

from ml.contracts import Judgement, PredictedSegment, ScoreTrack, VideoPrediction, to_json
from ml.errors import ScoresInvalid
from ml.evaluation.score_files import read_scores, track_of

PREDICTION = VideoPrediction(
    "k",
    ScoreTrack((0, 1000), (1000, 2000), (0.1, 0.2), (0.3, 0.4), (0.5, 0.6), (0.7, 0.8)),
    (PredictedSegment(0, 900, "Fall", 0.9, "A man falls."),),
    Judgement(True, "Yes."),
)


def written(tmp_path, content, name="scores.json"):
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def as_lists(found):
    return {name: one.scores_N.tolist() for name, one in found.items()}


def test_json_of_lists(tmp_path):
    assert as_lists(read_scores(written(tmp_path, {"a": [0.5, 1], "b": [0]}))) == {"a": [0.5, 1.0], "b": [0.0]}


def test_csv_with_and_without_a_head(tmp_path):
    lines = "x/a.mp4,0.5\nb.mp4,0.1\nx/a.mp4,0.75\n"
    wanted = {"x/a.mp4": [0.5, 0.75], "b.mp4": [0.1]}
    assert as_lists(read_scores(written(tmp_path, lines, "s.csv"))) == wanted
    assert as_lists(read_scores(written(tmp_path, "video,score\n" + lines, "t.csv"))) == wanted


def test_a_folder_of_arrays(tmp_path):
    (tmp_path / "Abuse").mkdir()
    np.save(tmp_path / "Abuse" / "a.npy", np.array([[0.5], [0.25]], dtype=np.float32))
    np.savez(tmp_path / "b.npz", scores=np.array([1, 0]))
    (tmp_path / "readme.txt").write_text("not scores")
    assert as_lists(read_scores(tmp_path)) == {"Abuse/a": [0.5, 0.25], "b": [1.0, 0.0]}


def test_one_npz_with_an_array_a_video(tmp_path):
    np.savez(tmp_path / "all.npz", a=np.array([0.5]), b=np.array([0.1, 0.2]))
    assert as_lists(read_scores(tmp_path / "all.npz")) == {"a": [0.5], "b": [0.1, 0.2]}


def test_predictions_with_their_tracks(tmp_path):
    entry = {"name": "a.mp4", "frame_count": 50, "duration_ms": 2000, "fps": 25.0, "prediction": to_json(PREDICTION)}
    path = written(tmp_path, {"format": "vigil-predictions-1", "videos": [entry]})
    found = read_scores(path)["a.mp4"]
    assert (found.prediction, found.duration_ms, found.frame_count) == (PREDICTION, 2000, 50)
    assert found.has_segments, "segments are cut from the fused curve"
    for text, scores in {"fused": [0.7, 0.8], "raw": [0.1, 0.2], "raw+long": [0.2, 0.3]}.items():
        assert read_scores(path, track_of(text))["a.mp4"].scores_N.tolist() == pytest.approx(scores)
    branches = read_scores(path, track_of("raw+long+short"))["a.mp4"]
    assert branches.scores_N.tolist() == pytest.approx([0.3, 0.4])
    assert not branches.has_segments


@pytest.mark.parametrize("text", ["", "fused+raw", "raw+raw", "middle", "raw+"])
def test_other_tracks_are_refused(text):
    with pytest.raises(ValueError, match="track must be fused, or of raw, long and short joined by"):
        track_of(text)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "scores.json cannot be read as JSON"),
        ("[]", "must hold an object"),
        ("{}", "scores.json holds no scores"),
        ('{"a": [0.1], "a": [0.2]}', "'a' is in it twice"),
        ({"a": 0.5}, "scores.json, a: expected a list of scores, not float"),
        ({"a": []}, r"a: expected scores of shape \[n\]"),
        ({"a": [0.1, None]}, "a: score 1 is None, which is no number"),
        ({"a": [True]}, "a: score 0 is True"),
        ('{"a": [0.1, 0.2, NaN]}', "scores.json, a: score 2 of 3 is NaN"),
        ('{"a": [Infinity]}', "a: score 0 of 1 is infinite"),
        ({"videos": [{"name": "a"}]}, "video 1: a has no readable prediction"),
        ({"videos": [{}]}, "video 1: expected an object with name and prediction"),
        ({"videos": [{"name": "a", "prediction": {"x": 1}}]}, "VideoPrediction has no field 'x'"),
    ],
)
def test_what_is_wrong_in_json_is_named(tmp_path, content, message):
    with pytest.raises(ScoresInvalid, match=message):
        read_scores(written(tmp_path, content))


def test_a_track_of_another_length_than_its_clips_is_refused(tmp_path):
    broken = to_json(PREDICTION)
    broken["scores"]["clip_start_ms"] = [0]
    with pytest.raises(ScoresInvalid, match="a has 2 scores, but another number of clip times"):
        read_scores(written(tmp_path, {"videos": [{"name": "a", "prediction": broken}]}))
    broken["scores"]["raw"] = [0.5]
    with pytest.raises(ScoresInvalid, match="the curves of a have different lengths"):
        read_scores(written(tmp_path, {"videos": [{"name": "a", "prediction": broken}]}), ("raw", "long"))


@pytest.mark.parametrize(
    ("content", "message"),
    [("a,0.1\nb\n", "s.csv, line 2: expected `video,score`"), ("a,0.1\na,high\n", "line 2: 'high' is no number")],
)
def test_what_is_wrong_in_csv_is_named(tmp_path, content, message):
    with pytest.raises(ScoresInvalid, match=message):
        read_scores(written(tmp_path, content, "s.csv"))


def test_a_score_that_is_nan_is_named_in_arrays_and_csv(tmp_path):
    np.save(tmp_path / "a.npy", np.array([0.5, np.nan]))
    with pytest.raises(ScoresInvalid, match="a.npy, a: score 1 of 2 is NaN"):
        read_scores(tmp_path / "a.npy")
    with pytest.raises(ScoresInvalid, match="s.csv, a: score 0 of 1 is NaN"):
        read_scores(written(tmp_path, "a,nan\n", "s.csv"))


def test_pickles_and_odd_shapes_are_refused(tmp_path):
    (tmp_path / "best.pickle").write_bytes(b"")
    with pytest.raises(ScoresInvalid, match="best.pickle is a pickle, which could run code"):
        read_scores(tmp_path / "best.pickle")
    np.save(tmp_path / "two.npy", np.zeros((16, 2)))
    with pytest.raises(ScoresInvalid, match=r"two.npy, two: expected scores of shape \[n\], not float64 of \[16, 2\]"):
        read_scores(tmp_path / "two.npy")


def test_a_missing_file_and_an_empty_folder_are_named(tmp_path):
    with pytest.raises(ScoresInvalid, match="gone.json cannot be read"):
        read_scores(tmp_path / "gone.json")
    (tmp_path / "nothing").mkdir()
    with pytest.raises(ScoresInvalid, match="nothing holds no scores"):
        read_scores(tmp_path / "nothing")
