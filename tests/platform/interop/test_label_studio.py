"""Task JSON that Label Studio's own validator accepts, and that comes back to the same milliseconds."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_studio_sdk.label_interface import LabelInterface

from vigil.interop.importers.label_studio import read
from vigil.interop.importers.reading import ReadingOptions
from vigil.interop.label_studio import Region, RegionFault, config_xml, regions_of, results_of, says_normal

KEY = "6f1ed002-ab55-45bb-90e8-0c5a7a9a0f11"
LABELS = [("Fighting", "#e43f3f"), ('Odd & "quoted"', "#1f7fd8")]
RATES = [1, 10, 12.5, 15, 23.976, 24000 / 1001, 25, 29.97, 30000 / 1001, 30, 59.94, 60]


def region(**changes: Any) -> Region:
    return Region(
        **{"id": "a1", "start_ms": 1003, "end_ms": 2517, "label": "Fighting", "explanation": "Two fight.", **changes}
    )


def test_the_sdk_accepts_config_predictions_and_annotations() -> None:
    interface = LabelInterface(config_xml(LABELS))
    interface.validate()
    regions = [region(score=0.7, origin="prediction"), region(id="a2", label='Odd & "quoted"', explanation="")]
    results = results_of(regions, 25.0, 1000, is_abnormal=True)
    prediction = {"model_version": "v1", "score": 0.7, "result": results}
    assert interface.validate_prediction(prediction, return_errors=True) == []
    assert interface.validate_annotation({"result": results, "was_cancelled": False})
    assert interface.validate_task({"data": {"video": "/data/local-files/?d=videos/x.mp4", "fps": 25}})


def test_the_sdk_refuses_what_is_wrong_so_that_the_test_above_means_something() -> None:
    interface = LabelInterface(config_xml(LABELS))
    prediction = {"result": results_of([region(label="Unheard of")], 25.0, 1000)}
    assert interface.validate_prediction(prediction, return_errors=True) != []


@given(
    fps=st.sampled_from(RATES),
    start_ms=st.integers(0, 24 * 3600 * 1000),
    length_ms=st.integers(1, 10**6),
)
def test_random_milliseconds_come_back_exactly(fps: float, start_ms: int, length_ms: int) -> None:
    ours = region(start_ms=start_ms, end_ms=start_ms + length_ms, key=KEY)
    results = results_of([ours], fps, 10**9)
    (back,) = regions_of(results, fps)
    assert (back.start_ms, back.end_ms, back.label, back.explanation, back.key) == (
        start_ms,
        start_ms + length_ms,
        "Fighting",
        "Two fight.",
        KEY,
    )


def test_frames_that_somebody_moved_count_more_than_our_milliseconds() -> None:
    results = results_of([region()], 25.0, 1000)
    results[0]["value"]["ranges"] = [{"start": 51, "end": 75}]
    (back,) = regions_of(results, 25.0)
    assert (back.start_ms, back.end_ms) == (2000, 3000)


def test_seconds_of_an_audio_track_need_no_frame_rate() -> None:
    results = [{"id": "x", "type": "labels", "value": {"start": 1.25, "end": 2.5, "channel": 0, "labels": ["Shout"]}}]
    (back,) = regions_of(results, None)
    assert (back.start_ms, back.end_ms, back.label) == (1250, 2500, "Shout")


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ({"ranges": [{"start": 30, "end": 2}], "timelinelabels": ["A"]}, "range 30.0-2.0"),
        ({"ranges": [{"start": 1.5, "end": 2}], "timelinelabels": ["A"]}, "frames are whole"),
        ({"ranges": [{"start": 0, "end": 2}], "timelinelabels": ["A"]}, "count from 1"),
        ({"ranges": [{"start": True, "end": 2}], "timelinelabels": ["A"]}, "range None"),
        ({"ranges": [], "timelinelabels": ["A"]}, "no ranges"),
        ({"ranges": [{"start": 1, "end": 2}], "timelinelabels": []}, "0 labels"),
        ({"ranges": [{"start": 1, "end": 2}], "timelinelabels": ["A", "B"]}, "2 labels"),
        ({"start": 3.0, "end": 1.0, "labels": ["A"]}, "no interval"),
        ({"start": float("nan"), "end": 1.0, "labels": ["A"]}, "no interval"),
        ({"ranges": [{"start": "1", "end": "2"}], "timelinelabels": ["A"]}, "frames are whole"),
        ({"ranges": [{"start": 1, "end": 1e308}], "timelinelabels": ["A"]}, "frames are whole"),
        ({"ranges": [{"start": 1, "end": 10**400}], "timelinelabels": ["A"]}, "frames are whole"),
        ({"ranges": [{"start": 1, "end": 2}], "timelinelabels": "A"}, "0 labels"),
        ({"ranges": [{"start": 1, "end": 2}], "timelinelabels": [{"a": 1}]}, "no name"),
    ],
)
def test_a_bad_region_is_named(value: dict[str, Any], complaint: str) -> None:
    with pytest.raises(RegionFault, match=complaint) as caught:
        regions_of([{"id": "r9", "type": "timelinelabels", "value": value}], 25.0)
    assert "'r9'" in str(caught.value)


@pytest.mark.parametrize("mine", [7, "x", {"key": 5}, {"key": "no-uuid"}, {"start_ms": "1", "end_ms": True}])
def test_what_is_not_of_ours_is_taken_by_its_frames(mine: Any) -> None:
    value = {"ranges": [{"start": 26, "end": 50}], "timelinelabels": ["A"]}
    (back,) = regions_of([{"id": "r9", "type": "timelinelabels", "value": value, "meta": {"vigil": mine}}], 25.0)
    assert (back.start_ms, back.end_ms, back.key) == (1000, 2000, "")


@pytest.mark.parametrize("text", [5, {"a": 1}, [None]])
def test_an_explanation_that_is_no_text_is_named(text: Any) -> None:
    with pytest.raises(RegionFault, match="'r9' has a text that is none"):
        regions_of([{"id": "r9", "type": "textarea", "value": {"text": text}}], 25.0)


@pytest.mark.parametrize("value", [None, [], "normal", {"choices": None}, {"choices": "abnormal"}, {"choices": [None]}])
def test_a_choice_that_is_none_says_nothing(value: Any) -> None:
    assert not says_normal([{"type": "choices", "value": value}])


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "start", "vigil"]), inner),
    max_leaves=6,
)
IN_TASKS = ["data", "annotations", "completed_by", "unique_id", "fps", "video", "id"]
IN_RESULTS = ["result", "type", "value", "ranges", "start", "end", "timelinelabels", "text", "choices", "meta", "vigil"]


def spoilt(value: Any, key: str, by: Any) -> Any:
    """The value with everything under `key` replaced."""
    if isinstance(value, dict):
        return {name: by if name == key else spoilt(one, key, by) for name, one in value.items()}
    return [spoilt(one, key, by) for one in value] if isinstance(value, list) else value


@given(key=st.sampled_from([*IN_TASKS, *IN_RESULTS, "key", "start_ms", "frames"]), by=ANYTHING | st.just("http://["))
def test_one_bad_task_never_costs_the_others(key: str, by: Any) -> None:
    results = results_of([region(key=KEY)], 25.0, 1000, is_abnormal=False)
    good = {"id": 1, "data": {"video": "a.mp4", "fps": 25}, "annotations": [{"id": 3, "result": results}]}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.json"
        path.write_text(json.dumps([spoilt(good, key, by), {**good, "id": 2}]))
        reading = read(path, ReadingOptions())
    assert [row.where for row in reading.rows][-1:] == ["task 2, annotation 3"]
    for row in reading.rows:
        assert "\0" not in row.external_id + row.author
        (row.external_id + row.author).encode("utf-8")


def test_frames_without_a_rate_are_refused_with_the_cure() -> None:
    with pytest.raises(RegionFault, match="--fps"):
        regions_of(results_of([region()], 25.0, 1000), None)


def test_the_state_of_the_whole_video() -> None:
    assert says_normal(results_of([], 25.0, 1000, is_abnormal=False))
    assert not says_normal(results_of([region()], 25.0, 1000, is_abnormal=True))
    assert not says_normal(results_of([], 25.0, 1000))
