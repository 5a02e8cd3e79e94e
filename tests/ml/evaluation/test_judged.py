import numpy as np
import pytest

from ml.evaluation.judged import Event, JudgedVideo, joined


def video(found=(), real=(), truth=(False, True), ticks_per_s=1000.0):
    truth_F = None if truth is None else np.array(truth)
    return JudgedVideo("a", 0.9, True, np.array([0.1, 0.9]), truth_F, found, real, 7200, ticks_per_s)


def test_matches_pair_events_best_first():
    found, real = (Event(0, 10), Event(20, 30, "said")), (Event(21, 30, "wanted"), Event(50, 60))
    assert video(found, real).matches(0.5) == [(found[1], real[0])]


def test_a_false_alarm_touches_no_true_event():
    real = (Event(10, 20),)
    assert video((Event(19, 30), Event(20, 30), Event(0, 10)), real).false_alarms == 2
    assert video((Event(0, 10),)).false_alarms == 1


def test_hours_need_a_time_base():
    assert video().hours == pytest.approx(0.002)
    assert video(ticks_per_s=None).hours is None


def test_videos_without_localised_truth_are_not_joined():
    truth_F, scores_F = joined([video(), video(truth=None), video(truth=(True, True))])
    assert truth_F.tolist() == [False, True, True, True]
    assert scores_F.tolist() == [0.1, 0.9, 0.1, 0.9]
    assert [len(part) for part in joined([video(truth=None)])] == [0, 0]
