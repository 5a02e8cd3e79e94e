"""The demo footage as planned, and as its stages really play it (nothing is drawn here)."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import pytest

from vigil.demo.clock import FPS
from vigil.demo.production import scene_of, stage_of
from vigil.demo.programme import ANOMALIES, PROGRAMME, VideoPlan
from vigil.demo.stage import Stage

CLASSES = {label for label, _ in ANOMALIES.values()}


@cache
def played(plan: VideoPlan) -> Stage:
    stage = stage_of(plan, scene_of(plan), 0)
    for _ in range(round(plan.duration_s * FPS)):
        stage.step()
    return stage


def test_there_are_enough_videos_of_the_promised_length() -> None:
    assert len(PROGRAMME) >= 24
    assert all(30 <= plan.duration_s <= 90 for plan in PROGRAMME)
    assert len({plan.file for plan in PROGRAMME}) == len(PROGRAMME)


def test_no_camera_is_in_two_splits() -> None:
    splits = defaultdict(set)
    for plan in PROGRAMME:
        splits[plan.camera.group].add(plan.camera.split)
    assert all(len(found) == 1 for found in splits.values())
    assert len(splits) >= 8


def test_both_splits_hold_every_class_and_normal_videos() -> None:
    labels = {split: {plan.label for plan in PROGRAMME if plan.camera.split == split} for split in ("train", "test")}
    assert labels["train"] == CLASSES | {"normal"}
    assert "normal" in labels["test"]
    assert len(labels["test"] - {"normal"}) >= 5
    assert len(CLASSES) >= 6


@pytest.mark.parametrize("plan", PROGRAMME, ids=lambda plan: plan.file)
def test_everything_that_was_planned_happens_within_the_video(plan: VideoPlan) -> None:
    events = played(plan).events
    assert [event.label for event in events] == [ANOMALIES[kind][0] for kind, _ in plan.anomalies]
    for event in events:
        assert 3 < event.start_s < plan.duration_s - 4
        assert event.end_s is not None
        assert 3.5 <= event.end_s - event.start_s <= 20
        assert event.end_s <= plan.duration_s


@pytest.mark.parametrize("plan", [plan for plan in PROGRAMME if plan.anomalies], ids=lambda plan: plan.file)
def test_sentences_are_whole(plan: VideoPlan) -> None:
    for event in played(plan).events:
        assert event.sentence[0].isupper()
        assert event.sentence.endswith(".")
        assert "{" not in event.sentence
        assert len(event.sentence.split()) > 6


def test_the_same_seed_plays_the_same_scene_and_another_does_not() -> None:
    plan = next(plan for plan in PROGRAMME if plan.label == "Fighting")

    def places(seed: int) -> list[tuple[float, float]]:
        stage = stage_of(plan, scene_of(plan), seed)
        for _ in range(60):
            stage.step()
        return [person.place for person in stage.people]

    assert places(3) == places(3)
    assert places(3) != places(4)
