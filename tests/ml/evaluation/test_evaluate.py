import json

import pytest

from ml.contracts import (
    EvaluationResult,
    Judgement,
    PredictedSegment,
    ScoreTrack,
    TruthSegment,
    VideoPrediction,
    VideoRef,
    VideoTruth,
    from_json,
    to_json,
)
from ml.errors import TruthInvalid
from ml.evaluation.evaluate import evaluate


def prediction(key, scores, segments=(), says=None):
    starts = tuple(range(0, len(scores) * 1000, 1000))
    track = ScoreTrack(starts, tuple(start + 1000 for start in starts), scores, scores, scores, scores)
    cut = tuple(PredictedSegment(start, end, "Fall", 0.9, "") for start, end in segments)
    return VideoPrediction(key, track, cut, None if says is None else Judgement(says, "Yes." if says else "No."))


def truth(key, segments=(), weak_label="unknown", is_localised=True):
    video = VideoRef(key, f"{key}.mp4", "", 4000, weak_label)
    return VideoTruth(video, tuple(TruthSegment(*edges) for edges in segments), is_localised)


def test_figures_by_hand():
    result = evaluate(
        [
            prediction("a", (0.1, 0.9, 0.9, 0.1), [(1000, 2500)], says=True),
            prediction("b", (0.2, 0.2, 0.2, 0.2), says=True),
        ],
        [truth("a", [(1000, 3000)]), truth("b")],
    )
    assert (result.videos, result.auc_o, result.auc_a, result.ap, result.video_auc) == (2, 1.0, 1.0, 1.0, 1.0)
    assert result.event_f1 == {"0.3": 1.0, "0.5": 1.0, "0.7": 1.0}
    assert result.boundary_error_s == pytest.approx(0.25)
    assert result.judgement_accuracy == 0.5


def test_a_video_classifier_without_localisation_scores_half_on_abnormal_videos():
    result = evaluate(
        [prediction("a", (0.9, 0.9, 0.9, 0.9)), prediction("b", (0.1, 0.1, 0.1, 0.1))],
        [truth("a", [(1000, 2000)]), truth("b")],
    )
    assert result.auc_a == 0.5
    assert result.auc_o == pytest.approx((40 + 30 / 2) / 70)


def test_weak_labels_alone_count_for_videos_only():
    result = evaluate(
        [prediction("a", (0.9, 0.2), says=True), prediction("b", (0.1, 0.1), says=False)],
        [truth("a", weak_label="abnormal", is_localised=False), truth("b", weak_label="normal", is_localised=False)],
    )
    assert (result.auc_o, result.auc_a, result.boundary_error_s) == (None, None, None)
    assert (result.video_auc, result.judgement_accuracy) == (1.0, 1.0)


def test_a_truth_without_a_prediction_is_named():
    with pytest.raises(TruthInvalid, match="b.mp4 has a truth but no prediction"):
        evaluate([prediction("a", (0.1,))], [truth("a"), truth("b")])


def test_no_truth_at_all_is_refused():
    with pytest.raises(TruthInvalid, match="no video has a truth"):
        evaluate([prediction("a", (0.1,))], [])


def test_alarms_an_hour_count_events_that_touch_no_true_one():
    result = evaluate(
        [
            prediction("a", (0.9, 0.9, 0.1, 0.9), [(0, 1500), (3000, 4000)]),
            prediction("b", (0.6, 0.2, 0.2, 0.2), [(0, 1000)]),
        ],
        [truth("a", [(1000, 2000)]), truth("b")],
    )
    at = result.operating_point
    assert at.false_alarms_per_hour == pytest.approx(2 / (8 / 3600))
    assert (at.precision, at.recall, at.accuracy) == (0.25, 1.0, 5 / 8)
    assert result.text is None


def test_calibration_and_text_are_there_where_they_can_be():
    result = evaluate([prediction("a", (0.0, 1.0, 1.0, 0.0), says=True)], [truth("a", [(1000, 3000)])])
    assert (result.calibration.ece, result.calibration.brier) == (0.0, 0.0)
    assert (result.text.judgements, result.text.interval_iou) == (1, 0.0)


def test_the_result_goes_through_json_and_back():
    result = evaluate([prediction("a", (0.0, 1.0, 1.0, 0.0), says=True)], [truth("a", [(1000, 3000)])])
    assert from_json(EvaluationResult, json.loads(json.dumps(to_json(result)))) == result
