import numpy as np
import pytest

from ml.contracts import ScoreTrack, TruthSegment
from ml.evaluation.metrics import area_under_roc, f1, matched_events, score_on_grid, temporal_iou, truth_on_grid


def test_the_grid_takes_the_score_of_the_clip_it_is_in():
    track = ScoreTrack((0, 200), (200, 400), (), (), (), (0.1, 0.9))
    assert score_on_grid(track, 600).tolist() == [0.1, 0.1, 0.9, 0.9, 0.9, 0.9]


def test_truth_is_half_open_and_may_start_at_zero():
    assert truth_on_grid([TruthSegment(0, 200)], 400).tolist() == [True, True, False, False]


def test_area_under_roc_by_hand():
    truth, scores = np.array([True, False, True, False]), np.array([0.9, 0.8, 0.7, 0.1])
    assert area_under_roc(truth, scores) == pytest.approx(0.75)
    assert area_under_roc(np.array([True, True]), np.array([0.1, 0.2])) is None


def test_temporal_iou_by_hand():
    assert temporal_iou((0, 10), (5, 20)) == pytest.approx(0.25)
    assert temporal_iou((0, 10), (10, 20)) == 0
    assert temporal_iou((3, 3), (3, 3)) == 0


def test_every_event_is_matched_once_best_first():
    assert matched_events([(0, 10), (0, 9)], [(0, 9)], 0.3) == [(1, 0)]
    assert matched_events([(0, 10), (20, 30)], [(21, 30), (0, 4)], 0.3) == [(1, 0), (0, 1)]
    assert matched_events([(0, 10)], [(0, 4)], 0.5) == []


def test_f1_of_nothing_is_unknown():
    assert f1(0, 0, 0) is None
    assert f1(1, 2, 2) == 0.5
