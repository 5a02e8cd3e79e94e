from dataclasses import replace

import numpy as np
import pytest

from ml.contracts import Judgement, PredictedSegment, ScoreTrack, VideoPrediction
from ml.errors import ScoresInvalid, TruthInvalid
from ml.evaluation.judged import Event
from ml.evaluation.labelled import LabelledVideo
from ml.evaluation.pairing import Choices, Expansion, judged_video, paired
from ml.evaluation.score_files import GivenScores

CLIPS = ScoreTrack((0, 1000), (1000, 2000), (), (), (), (0.2, 0.8))
SEGMENT = PredictedSegment(1000, 1600, "Fall", 0.8, "A man falls.")


def frames(length=8, spans=((2, 4),), is_normal=False):
    return LabelledVideo("a.mp4", length, tuple(Event(*span) for span in spans), is_normal, is_in_ms=False)


def seconds(length=2000, spans=((1000, 1600),)):
    return LabelledVideo("a.mp4", length, tuple(Event(*span) for span in spans), None, is_in_ms=True)


def scores(*values):
    return GivenScores(np.array(values, dtype=np.float64))


def predicted(duration_ms=2000, frame_count=None):
    prediction = VideoPrediction("k", CLIPS, (SEGMENT,), Judgement(True, "Yes."))
    return GivenScores(np.array(CLIPS.fused), prediction, duration_ms, frame_count, has_segments=True)


def test_scores_are_spread_over_the_frames_of_the_truth():
    video = judged_video(frames(), scores(0.1, 0.9), Choices())
    assert video.scores_F.tolist() == [0.1] * 4 + [0.9] * 4
    assert video.truth_F.tolist() == [False, False, True, True, False, False, False, False]
    assert (video.top_score, video.is_abnormal, video.duration, video.ticks_per_s) == (0.9, True, 8, None)
    assert video.found == (Event(4, 8),), "one stretch at or above the threshold"
    assert video.real == (Event(2, 4),)


def test_the_rule_decides_over_a_span_from_the_first_frame():
    label = frames(spans=((0, 4),))
    correct, parity = (judged_video(label, scores(0.1), Choices(rule=rule)) for rule in ("correct", "parity"))
    assert (correct.truth_F.sum(), correct.real) == (4, (Event(0, 4),))
    assert (parity.truth_F.sum(), parity.real) == (0, ())
    assert correct.is_abnormal and parity.is_abnormal, "the class of the video stays what it is"


def test_a_normal_class_wins_over_its_span():
    video = judged_video(frames(spans=((0, 8),), is_normal=True), scores(0.1), Choices())
    assert (video.truth_F.any(), video.is_abnormal, video.real) == (False, False, ())


def test_a_span_behind_the_last_frame_is_cut_there_and_counted():
    label = frames(spans=((6, 10),))
    assert judged_video(label, scores(0.1), Choices()).real == (Event(6, 8),)
    assert paired([label], {"a": scores(0.1)}, Choices(), "s").clipped == 1


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (frames(spans=((2, 4), (8, 9))), "a.mp4: the span 8 9 starts behind its 8 frames"),
        (seconds(spans=((2000, 2500),)), "a.mp4: the span 2000 2500 starts behind its 2000 ms"),
    ],
)
def test_a_span_that_starts_behind_the_video_is_refused(label, message):
    with pytest.raises(TruthInvalid, match=message):
        judged_video(label, scores(0.1), Choices())


def test_a_span_may_start_in_a_last_clip_that_has_no_score():
    # 8 scores of 16 frames are told of: a video of 136 frames has 8 whole clips and 8 frames more.
    choices, eight = Choices(clip_frames=16), scores(*[0.1] * 8)
    assert not judged_video(frames(length=None, spans=((130, 136),)), eight, choices).truth_F.any()
    with pytest.raises(TruthInvalid, match="the span 144 150 starts behind its 128 frames"):
        judged_video(frames(length=None, spans=((144, 150),)), eight, choices)


def test_repeated_scores_end_the_video_with_the_last_whole_repeat():
    video = judged_video(frames(), scores(0.1, 0.9), Choices(expansion=Expansion("repeat", 3)))
    assert video.scores_F.tolist() == [0.1] * 3 + [0.9] * 3
    assert len(video.truth_F) == 6


def test_postpress_comes_after_the_expansion():
    label = frames(length=64, spans=((2, 4),))
    video = judged_video(label, scores(*([0.0, 1.0] * 32)), Choices(postpress=True))
    assert video.scores_F.tolist() == [0.5] * 64


def test_a_length_that_nobody_tells_may_come_from_the_frames_of_a_clip():
    label = frames(length=None)
    assert len(judged_video(label, scores(0.1, 0.9), Choices(clip_frames=16)).scores_F) == 32
    assert len(judged_video(label, scores(0.1, 0.9), Choices(expansion=Expansion("repeat", 4))).scores_F) == 8
    with pytest.raises(ScoresInvalid, match=r"a.mp4: nobody tells how many frames it has; give --lengths"):
        judged_video(label, scores(0.1), Choices())


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (Choices(clip_frames=2), "a.mp4: 2 scores of 2 frames do not fit 8 frames"),
        (Choices(expansion=Expansion("repeat", 2)), "a.mp4: 2 scores of 2 frames do not fit 8 frames; 4 would"),
        (Choices(expansion=Expansion("time")), "a.mp4: its scores have no times"),
    ],
)
def test_scores_that_do_not_fit_are_named(choices, message):
    with pytest.raises(ScoresInvalid, match=message):
        judged_video(frames(), scores(0.1, 0.9), choices)


def test_predictions_are_laid_by_time_over_the_frames():
    # 50 frames of 40 ms: the second clip begins with frame 25, the segment ends with frame 40.
    video = judged_video(frames(length=50, spans=((25, 40),)), predicted(frame_count=50), Choices())
    assert video.scores_F.tolist() == [0.2] * 25 + [0.8] * 25
    assert video.found == (Event(25, 40, "A man falls."),)
    assert video.ticks_per_s == 25.0
    assert video.judgement.is_abnormal


def test_another_curve_has_events_of_its_own():
    branch = replace(predicted(frame_count=50), scores_N=np.array([0.9, 0.1]), has_segments=False)
    assert judged_video(frames(length=50), branch, Choices()).found == (Event(0, 25),)


def test_given_fps_go_before_the_measured_ones():
    video = judged_video(frames(length=50), predicted(), Choices(fps=10.0))
    assert video.scores_F.tolist() == [0.2] * 10 + [0.8] * 40
    assert video.found == (Event(10, 16, "A man falls."),)


def test_predictions_may_be_spread_evenly_as_published():
    video = judged_video(frames(length=50), predicted(), Choices(fps=10.0, expansion=Expansion("uniform")))
    assert video.scores_F.tolist() == [0.2] * 25 + [0.8] * 25


def test_predictions_of_another_version_of_the_video_are_refused():
    with pytest.raises(ScoresInvalid, match="a.mp4: the truth has 100 frames and the scores are of 50"):
        judged_video(frames(length=100), predicted(frame_count=50), Choices())
    assert len(judged_video(frames(length=66), predicted(frame_count=50), Choices()).scores_F) == 66


def test_truth_in_seconds_has_ten_places_a_second_or_as_many_as_are_asked_for():
    video = judged_video(seconds(), scores(0.1, 0.9), Choices())
    assert (len(video.scores_F), int(video.truth_F.sum())) == (20, 6)
    assert video.found == (Event(1000, 2000),)
    assert len(judged_video(seconds(), scores(0.1, 0.9), Choices(fps=25.0)).scores_F) == 50


def test_a_duration_may_come_from_the_predictions():
    assert judged_video(seconds(length=None), predicted(), Choices()).duration == 2000
    assert judged_video(seconds(length=None), predicted(duration_ms=None), Choices()).duration == 2000
    with pytest.raises(ScoresInvalid, match="a.mp4: nobody tells how long it is"):
        judged_video(seconds(length=None), scores(0.1), Choices())


def test_missing_scores_are_an_error_that_names_the_first():
    labels = [frames(), LabelledVideo("b.mp4", 8, (), True, is_in_ms=False)]
    with pytest.raises(ScoresInvalid, match=r"1 of 2 videos have no scores in s.json, the first is b.mp4; --skip-miss"):
        paired(labels, {"a": scores(0.1)}, Choices(), "s.json")
    found = paired(labels, {"a": scores(0.1), "c": scores(0.2)}, Choices(skip_missing=True), "s.json")
    assert ([video.name for video in found.videos], found.missing, found.unused) == (["a.mp4"], ("b.mp4",), 1)
    with pytest.raises(ScoresInvalid, match="2 of 2 videos have no scores in s.json, the first is a.mp4$"):
        paired(labels, {"z": scores(0.1)}, Choices(skip_missing=True), "s.json")


def test_a_length_that_cannot_be_meant_is_named():
    with pytest.raises(ScoresInvalid, match="a.mp4: 100,000,000,000,000,000,000 frames are too many to be meant"):
        judged_video(frames(length=10**20), scores(0.1), Choices())
    with pytest.raises(ScoresInvalid, match="a.mp4: 2,000,000,000,000 frames are too many"):
        judged_video(seconds(), scores(0.1), Choices(fps=1e12))


@pytest.mark.parametrize("text", ["auto", "uniform", "time"])
def test_kinds_of_expansion(text):
    assert Expansion.parse(text) == Expansion(text)
    assert Expansion.parse("repeat16") == Expansion("repeat", 16)


@pytest.mark.parametrize("text", ["", "repeat", "repeat0", "repeat-1", "linear"])
def test_another_expansion_is_refused(text):
    with pytest.raises(ValueError, match="expand must be auto, uniform, time or repeatN"):
        Expansion.parse(text)
