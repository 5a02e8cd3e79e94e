import json
from dataclasses import replace

import pytest

from ml.contracts import TruthSegment, VideoRef
from ml.errors import TruthInvalid
from ml.evaluation.truth import read_truth, unmatched_keys

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


def test_the_wrapping_of_activitynet_is_read_too(tmp_path):
    content = {"version": "1.3", "database": {"a.mp4": {"duration": 3, "annotations": []}}}
    (truth,) = read_truth(written(tmp_path, content), [VIDEO])
    assert truth.video.duration_ms == 3000


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
        ('{"a.mp4": {"duration": Infinity, "annotations": []}}', "a.mp4: duration must be seconds above 0, not inf"),
        ('{"a.mp4": {"duration": NaN, "annotations": []}}', "duration must be seconds above 0, not nan"),
        ({"a.mp4": {"duration": 10**400, "annotations": []}}, "duration must be seconds above 0"),
        (
            '{"a.mp4": {"annotations": [{"segment": [0, Infinity]}]}}',
            "json, a.mp4: annotation 1 needs seconds",
        ),
        ('{"a.mp4": {"annotations": [{"segment": [NaN, 2]}]}}', "annotation 1 needs seconds"),
        ({"a.mp4": {"annotations": [{"segment": [-1, 2]}]}}, "annotation 1 needs seconds"),
        ({"a.mp4": {"annotations": [{"segment": [1, 1e300]}]}}, "annotation 1 needs seconds"),
        (
            '{"a.mp4": {"annotations": []}, "a.mp4": {"annotations": [{"segment": [1, 2]}]}}',
            "segments.json cannot be read as JSON .'a.mp4' is in it twice",
        ),
        (
            {"a.mp4": {"annotations": []}, "./a.mp4": {"annotations": []}},
            "segments.json: 'a.mp4' and './a.mp4' are the same video; keep one",
        ),
        (
            {"a.mp4": {"duration": 10, "annotations": [{"segment": [1, 2]}, {"segment": [12, 15]}]}},
            "segments.json, a.mp4: annotation 2 starts at 12 s, but the video ends at 10 s",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path, content, message):
    with pytest.raises(TruthInvalid, match=message):
        read_truth(written(tmp_path, content), [VIDEO])


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(TruthInvalid, match="gone.json cannot be read"):
        read_truth(tmp_path / "gone.json", [VIDEO])


def named(*names):
    return [replace(VIDEO, key=name, name=name) for name in names]


def empty(*keys):
    return {key: {"duration": 1 + number, "annotations": []} for number, key in enumerate(keys)}


def test_a_start_behind_the_measured_end_is_refused_and_an_end_is_not(tmp_path):
    video = replace(VIDEO, duration_ms=10_000)
    (truth,) = read_truth(written(tmp_path, {"a.mp4": {"annotations": [{"segment": [9, 11]}]}}), [video])
    assert truth.segments == (TruthSegment(9000, 11_000, ""),)
    with pytest.raises(TruthInvalid, match="annotation 1 starts at 10 s, but the video ends at 10 s"):
        read_truth(written(tmp_path, {"a.mp4": {"annotations": [{"segment": [10, 11]}]}}), [video])


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("scene_03/cam1/a.mp4", "scene_03/cam1/a.mp4"),
        ("cam1/a.mp4", "scene_03/cam1/a.mp4"),
        ("a.mp4", "scene_03/a.mp4"),
        ("clips/scene_03/a.mp4", "scene_03/a.mp4"),
        ("./scene_03\\a.mp4", "scene_03/a.mp4"),
    ],
)
def test_a_name_with_folders_is_matched_by_either_end(tmp_path, key, name):
    (truth,) = read_truth(written(tmp_path, empty(key)), named(name))
    assert truth.video.name == name


def test_the_exact_name_goes_before_an_ending(tmp_path):
    path = written(tmp_path, empty("a.mp4", "x/a.mp4", "y/a.mp4"))
    found = read_truth(path, named("a.mp4", "x/a.mp4", "y/a.mp4"))
    assert [truth.video.duration_ms for truth in found] == [1000, 2000, 3000]


def test_two_entries_for_one_video_are_refused(tmp_path):
    with pytest.raises(TruthInvalid, match="'x/a.mp4' and 'y/a.mp4' both fit the video 'a.mp4'"):
        read_truth(written(tmp_path, empty("x/a.mp4", "y/a.mp4")), named("a.mp4"))


def test_one_entry_for_two_videos_is_refused_even_where_one_is_not_asked_for(tmp_path):
    with pytest.raises(TruthInvalid, match="'a.mp4' fits the videos 'x/a.mp4' and 'y/a.mp4'"):
        read_truth(written(tmp_path, empty("a.mp4")), named("x/a.mp4"), ["y/a.mp4"])


def test_another_folder_is_another_video(tmp_path):
    with pytest.raises(TruthInvalid, match="names none"):
        read_truth(written(tmp_path, empty("y/a.mp4")), named("x/a.mp4"))


def test_the_entry_of_a_video_that_is_not_asked_for_is_not_taken(tmp_path):
    (truth,) = read_truth(written(tmp_path, empty("a.mp4", "b.mp4")), named("x/a.mp4", "b.mp4"), ["a.mp4"])
    assert truth.video.name == "b.mp4"


def test_keys_that_are_of_no_video_are_told():
    assert unmatched_keys(["x/a.mp4", "z.mp4", "y/b.mp4"], ["a.mp4", "c/b.mp4"]) == ["y/b.mp4", "z.mp4"]
