import json

import pytest

from ml.contracts import TruthSegment, VideoRef
from ml.errors import TruthInvalid
from ml.evaluation.truth import read_truth

VIDEO = VideoRef("k", "a.mp4", "", 0)


def written(tmp_path, content):
    path = tmp_path / "segments.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_seconds_become_milliseconds_and_folders_do_not_matter(tmp_path):
    content = {"x/a.mp4": {"duration": 9.5, "annotations": [{"segment": [1, 2.25], "label": "Fall"}]}, "b.mp4": {}}
    (truth,) = read_truth(written(tmp_path, content), [VIDEO])
    assert truth.segments == (TruthSegment(1000, 2250, "Fall"),)
    assert truth.video.duration_ms == 9500


def test_no_annotation_is_a_normal_video(tmp_path):
    (truth,) = read_truth(written(tmp_path, {"a.mp4": {"duration": 3, "annotations": []}}), [VIDEO])
    assert truth.segments == ()
    assert truth.is_localised


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "must hold an object"),
        ({"z.mp4": {"annotations": []}}, "names none of the 1 videos"),
        ({"a.mp4": []}, "a.mp4: expected"),
        ({"a.mp4": {"duration": "long", "annotations": []}}, "duration must be seconds"),
        ({"a.mp4": {"annotations": [{"segment": [1]}]}}, "annotation 1 needs a segment of two numbers"),
        ({"a.mp4": {"annotations": [{"segment": [2, 1]}]}}, "annotation 1 must start before it ends"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, content, message):
    with pytest.raises(TruthInvalid, match=message):
        read_truth(written(tmp_path, content), [VIDEO])


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(TruthInvalid, match="gone.json cannot be read"):
        read_truth(tmp_path / "gone.json", [VIDEO])
