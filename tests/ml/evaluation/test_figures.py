import numpy as np
import pytest

from ml.evaluation.figures import figures
from ml.evaluation.judged import Event, JudgedVideo


def video(scores, truth, found=(), real=(), ticks_per_s=None):
    is_abnormal = None if truth is None else any(truth)
    truth_F = None if truth is None else np.array(truth, dtype=bool)
    return JudgedVideo("a", max(scores), is_abnormal, np.array(scores), truth_F, found, real, len(scores), ticks_per_s)


def test_a_long_video_weighs_more_than_a_short_one():
    right = video([0.9, 0.1] * 50, [1, 0] * 50)
    wrong = video([0.1, 0.9], [1, 0])
    # Of 51 x 51 pairs (abnormal, normal): 50 x 50 right, 50 + 50 ties, 1 wrong.
    assert figures([right, wrong]).auc_o == pytest.approx((2500 + 100 / 2) / 51**2)


def test_auc_a_leaves_out_videos_without_an_abnormal_frame():
    inside, normal = video([0.2, 0.4], [0, 1]), video([0.9, 0.9], [0, 0])
    result = figures([inside, normal])
    assert (result.auc_a, result.auc_o) == (1.0, pytest.approx(1 / 3))


def test_the_threshold_decides_over_frames_alone():
    one = video([0.4, 0.6], [1, 1], (Event(0, 2),), (Event(0, 2),), ticks_per_s=2.0)
    low, high = figures([one], threshold=0.3), figures([one], threshold=0.5)
    assert (low.operating_point.recall, high.operating_point.recall) == (1.0, 0.5)
    assert low.event_f1 == high.event_f1 == {"0.3": 1.0, "0.5": 1.0, "0.7": 1.0}


def test_seconds_and_hours_need_a_time_base():
    events = {"found": (Event(0, 1),), "real": (Event(0, 2),)}
    timed, untimed = (video([0.4, 0.6], [1, 1], **events, ticks_per_s=rate) for rate in (2.0, None))
    assert (figures([timed]).boundary_error_s, figures([untimed]).boundary_error_s) == (0.25, None)
    assert figures([untimed]).operating_point.false_alarms_per_hour is None
    assert figures([timed, untimed]).operating_point.false_alarms_per_hour is None, "half of the hours is not all"


def test_without_truth_there_are_no_frame_figures():
    result = figures([video([0.4, 0.6], None)])
    assert (result.auc_o, result.calibration, result.operating_point, result.video_auc) == (None, None, None, None)
