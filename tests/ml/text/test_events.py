"""Which events phase 3 believes in: people's word first, the detector's where people said nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ml.contracts import LabelledSegment, TrainingVideo, Verdict, VideoRef
from ml.profiles.language import LanguageProfile
from ml.text.events import Event, events_of
from tests.ml.scored_videos import track

PROFILE = LanguageProfile(pseudo_min_score=0.5, pseudo_merge_gap_ms=1_000, pseudo_min_ms=2_000)
QUIET = track([0.1] * 15)
UNKNOWN = TrainingVideo(VideoRef("k", "k.mp4", "k.mp4", 30_000))
ABNORMAL = replace(UNKNOWN, video=replace(UNKNOWN.video, weak_label="abnormal", classes=("Robbery",)))
NORMAL = replace(UNKNOWN, video=replace(UNKNOWN.video, weak_label="normal"))


@dataclass(frozen=True)
class Cut:
    start_ms: int
    end_ms: int
    label: str = "Fire"
    confidence: float = 0.9


def test_cuts_of_an_unlabelled_video_count_from_the_confidence_of_the_profile() -> None:
    cuts = [Cut(0, 4_000), Cut(10_000, 14_000, confidence=0.4)]

    assert events_of(UNKNOWN, QUIET, cuts, PROFILE) == (Event(0, 4_000, "Fire", is_by_people=False),)


def test_near_cuts_are_merged_and_short_ones_dropped() -> None:
    cuts = [Cut(0, 4_000), Cut(4_900, 8_000), Cut(20_000, 21_900)]

    assert [(e.start_ms, e.end_ms) for e in events_of(UNKNOWN, QUIET, cuts, PROFILE)] == [(0, 8_000)]


def test_near_cuts_of_two_classes_stay_two_events() -> None:
    cuts = [Cut(0, 4_000, "Fire"), Cut(4_000, 8_000, "Falling")]

    assert [e.label for e in events_of(UNKNOWN, QUIET, cuts, PROFILE)] == ["Fire", "Falling"]


def test_a_video_known_to_be_normal_or_fully_watched_has_no_pseudo_events() -> None:
    cuts = [Cut(0, 4_000)]

    assert events_of(NORMAL, QUIET, cuts, PROFILE) == ()
    assert events_of(replace(ABNORMAL, is_fully_labelled=True), QUIET, cuts, PROFILE) == ()


def test_the_weak_class_of_a_video_overrules_the_detectors_class() -> None:
    assert events_of(ABNORMAL, QUIET, [Cut(0, 4_000, "Fire")], PROFILE)[0].label == "Robbery"


def test_people_come_before_the_detector() -> None:
    known = replace(UNKNOWN, segments=(LabelledSegment(1_000, 5_000, "Falling", " A man falls. "),))

    assert events_of(known, QUIET, [Cut(0, 4_000), Cut(10_000, 14_000)], PROFILE) == (
        Event(1_000, 5_000, "Falling", "A man falls."),
        Event(10_000, 14_000, "Fire", is_by_people=False),
    )


def test_what_a_person_rejected_is_no_event() -> None:
    rejected = replace(UNKNOWN, rejected=(Verdict(0, 4_000, is_abnormal=False),))
    denied = replace(UNKNOWN, verdicts=(Verdict(1_000, 2_000, is_abnormal=False),))

    assert events_of(rejected, QUIET, [Cut(0, 4_000)], PROFILE) == ()
    assert events_of(denied, QUIET, [Cut(0, 4_000)], PROFILE) == ()


def test_a_confirmed_moment_is_an_event_of_the_weak_class() -> None:
    known = replace(ABNORMAL, verdicts=(Verdict(6_000, 8_000, is_abnormal=True),))

    assert events_of(known, QUIET, [], PROFILE) == (Event(6_000, 8_000, "Robbery"),)


def test_an_abnormal_video_without_any_cut_has_its_event_at_the_highest_scores() -> None:
    scores = track([0.1, 0.2, 0.31, 0.4, 0.35, 0.2, 0.39])

    assert events_of(ABNORMAL, scores, [], PROFILE) == (Event(4_000, 10_000, "Robbery", is_by_people=False),)
    assert events_of(UNKNOWN, scores, [], PROFILE) == ()


def test_an_event_of_which_nothing_is_known_is_called_abnormal() -> None:
    known = replace(UNKNOWN, segments=(LabelledSegment(0, 2_000, ""),))

    assert events_of(known, QUIET, [Cut(10_000, 14_000, "")], PROFILE)[0].label == "Abnormal"
    assert events_of(known, QUIET, [Cut(10_000, 14_000, "")], PROFILE)[1].label == "Abnormal"
