from __future__ import annotations

import math

import numpy as np
import pytest

from vigil.demo.people import poses, skeleton


@pytest.mark.parametrize("speed_mps", [0.8, 1.25, 3.4])
def test_a_planted_foot_does_not_slide(speed_mps: float) -> None:
    height = 1.75
    steps = np.arange(0, 4, 0.02)
    slides, planted = [], 0
    before = None
    for walked in steps:
        pose = poses.gait(float(walked), speed_mps, height)
        ankle = skeleton.joints(pose, height, (float(walked), 0.0, 0.0), 0.0)[skeleton.ANKLE_L]
        is_down = pose.foot_left[2] == 0.0
        if before is not None and is_down:
            slides.append(abs(float(ankle[0]) - before))
            planted += 1
        before = float(ankle[0]) if is_down else None
    assert planted > 20
    assert np.median(slides) < 0.002


@pytest.mark.parametrize("name", [name for name in dir(poses) if isinstance(getattr(poses, name), poses.Pose)])
def test_bones_keep_their_length_in_every_pose(name: str) -> None:
    upright = getattr(poses, name)._replace(tilt=0.0, roll=0.0)
    found = skeleton.joints(upright, 1.8, (2.0, 3.0, 0.0), 0.7)

    def length(first: int, second: int) -> float:
        return float(np.linalg.norm(found[first] - found[second]))

    assert length(skeleton.HIP_L, skeleton.KNEE_L) == pytest.approx(skeleton.LEG / 2 * 1.8, rel=0.02)
    assert length(skeleton.SHOULDER_R, skeleton.ELBOW_R) == pytest.approx(skeleton.UPPER_ARM * 1.8, rel=0.02)
    assert length(skeleton.ELBOW_R, skeleton.HAND_R) == pytest.approx(skeleton.FOREARM * 1.8, rel=0.02)


def test_lying_bodies_are_low_and_standing_ones_are_not() -> None:
    standing = skeleton.joints(poses.STANDING, 1.8, (0.0, 0.0, 0.0), 0.0)
    assert standing[skeleton.HEAD_MIDDLE][2] > 1.5
    for pose in (poses.LYING_BACK, poses.LYING_FRONT, poses.LYING_SIDE):
        lying = skeleton.joints(pose, 1.8, (0.0, 0.0, 0.0), 0.0)
        assert lying[:, 2].max() < 0.65
        assert lying[skeleton.HEAD_MIDDLE][2] < 0.4


def test_blends_run_from_one_pose_to_the_other() -> None:
    assert poses.blend(poses.STANDING, poses.SITTING, 0.0) == poses.STANDING
    assert poses.blend(poses.STANDING, poses.SITTING, 1.0) == poses.SITTING
    half = poses.blend(poses.STANDING, poses.SITTING, 0.5)
    assert half.pelvis == pytest.approx((poses.STANDING.pelvis + poses.SITTING.pelvis) / 2)
    assert half.hand_left[0] == pytest.approx((poses.STANDING.hand_left[0] + poses.SITTING.hand_left[0]) / 2)


def test_heading_turns_the_body() -> None:
    east = skeleton.joints(poses.POINTING, 1.8, (0.0, 0.0, 0.0), 0.0)[skeleton.HAND_R]
    north = skeleton.joints(poses.POINTING, 1.8, (0.0, 0.0, 0.0), math.pi / 2)[skeleton.HAND_R]
    assert north[0] == pytest.approx(-east[1])
    assert north[1] == pytest.approx(east[0])
