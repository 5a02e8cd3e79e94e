import dataclasses

import pytest
import torch

from ml.contracts import ScoreTrack
from ml.inference.segments import ClipRun, cut_segments, runs_above
from ml.profiles.loading import load_profile

RULE = dataclasses.replace(
    load_profile("tiny").scoring, threshold=0.5, hysteresis=0.8, merge_gap_ms=1000, min_length_ms=1500
)


def track(*scores):
    starts = tuple(range(0, len(scores) * 2000, 2000))
    return ScoreTrack(starts, tuple(start + 2000 for start in starts), scores, scores, scores, scores)


def cut(*scores, rule=RULE, classes=("Fall",), votes=None):
    votes = torch.ones(len(scores), len(classes)) if votes is None else torch.tensor(votes)
    return cut_segments(track(*scores), rule, votes, classes)


def test_runs_reach_the_threshold_and_grow_to_the_lower_level():
    assert runs_above([0.1, 0.45, 0.6, 0.42, 0.1, 0.45, 0.1, 0.9], 0.5, 0.4) == [ClipRun(1, 3), ClipRun(7, 7)]
    assert runs_above([], 0.5, 0.4) == []


def test_edges_lie_where_the_score_crosses_the_level():
    (segment,) = cut(0.0, 0.0, 0.8, 0.8, 0.2, 0.0)
    assert (segment.start_ms, segment.end_ms) == (4000, 8333)
    assert segment.confidence == pytest.approx(0.8)


def test_a_segment_at_the_ends_reaches_the_ends_of_the_video():
    (segment,) = cut(0.9, 0.9, 0.9)
    assert (segment.start_ms, segment.end_ms) == (0, 6000)


def test_close_segments_merge_and_short_ones_drop():
    apart = cut(0.9, 0.0, 0.9, 0.0, 0.0)
    assert len(apart) == 2
    joined = cut(0.9, 0.0, 0.9, 0.0, 0.0, rule=dataclasses.replace(RULE, merge_gap_ms=2500))
    assert [(segment.start_ms, segment.end_ms) for segment in joined] == [(0, 6111)]
    assert cut(0.9, 0.0, 0.9, 0.0, 0.0, rule=dataclasses.replace(RULE, min_length_ms=9000)) == ()


def test_the_label_is_the_likeliest_class_of_the_suspicious_clips():
    (segment,) = cut(0.9, 0.5, 0.0, classes=("Fall", "Fight"), votes=[[0.1, 0.9], [0.7, 0.3], [1.0, 0.0]])
    assert segment.label == "Fight"


def test_a_quiet_video_has_no_segment():
    assert cut(0.1, 0.2, 0.1) == ()
