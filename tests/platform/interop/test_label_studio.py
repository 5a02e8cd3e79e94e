"""Task JSON that Label Studio's own validator accepts, and that comes back to the same milliseconds."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_studio_sdk.label_interface import LabelInterface

from vigil.interop.label_studio import Region, RegionFault, config_xml, regions_of, results_of, says_normal

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
    ours = region(start_ms=start_ms, end_ms=start_ms + length_ms, key="k")
    results = results_of([ours], fps, 10**9)
    (back,) = regions_of(results, fps)
    assert (back.start_ms, back.end_ms, back.label, back.explanation, back.key) == (
        start_ms,
        start_ms + length_ms,
        "Fighting",
        "Two fight.",
        "k",
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
    ],
)
def test_a_bad_region_is_named(value: dict[str, Any], complaint: str) -> None:
    with pytest.raises(RegionFault, match=complaint) as caught:
        regions_of([{"id": "r9", "type": "timelinelabels", "value": value}], 25.0)
    assert "'r9'" in str(caught.value)


def test_frames_without_a_rate_are_refused_with_the_cure() -> None:
    with pytest.raises(RegionFault, match="--fps"):
        regions_of(results_of([region()], 25.0, 1000), None)


def test_the_state_of_the_whole_video() -> None:
    assert says_normal(results_of([], 25.0, 1000, is_abnormal=False))
    assert not says_normal(results_of([region()], 25.0, 1000, is_abnormal=True))
    assert not says_normal(results_of([], 25.0, 1000))
