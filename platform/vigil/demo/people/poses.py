"""The positions a body takes: plain numbers that blend into one another."""

from __future__ import annotations

import math
from typing import NamedTuple

from vigil.demo.drawing.arrays import Point3

STAND_PELVIS = 0.985
"""Height of the pelvis of a standing person, in leg lengths."""


class Pose(NamedTuple):
    """Lengths are in body heights and directions are forward, left, up of the person; angles in radians."""

    pelvis: float = STAND_PELVIS
    """Pelvis height in leg lengths."""
    shift: float = 0.0
    """How far forward of its place the pelvis is."""
    lean: float = 0.03
    """Trunk forward of upright."""
    sway: float = 0.0
    """Trunk to the left of upright."""
    twist: float = 0.0
    """Shoulders to the left against the hips."""
    nod: float = 0.0
    """Head forward against the trunk."""
    hand_left: Point3 = (0.04, 0.05, -0.32)
    """Left hand from its shoulder."""
    hand_right: Point3 = (0.04, -0.05, -0.32)
    foot_left: Point3 = (0.0, 0.055, 0.0)
    """Left ankle from the person's place, 0 up being the standing height."""
    foot_right: Point3 = (0.0, -0.055, 0.0)
    tilt: float = 0.0
    """The whole body toppled forward (or backward, if negative) about its feet."""
    roll: float = 0.0
    """The whole body toppled to the left about its feet."""


def _mixed(a: Point3, b: Point3, share: float) -> Point3:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


def blend(a: Pose, b: Pose, share: float) -> Pose:
    """The pose `share` (0 to 1) of the way from a to b."""
    if share >= 1.0:
        return b
    if share <= 0.0:
        return a
    return Pose(
        pelvis=a.pelvis + (b.pelvis - a.pelvis) * share,
        shift=a.shift + (b.shift - a.shift) * share,
        lean=a.lean + (b.lean - a.lean) * share,
        sway=a.sway + (b.sway - a.sway) * share,
        twist=a.twist + (b.twist - a.twist) * share,
        nod=a.nod + (b.nod - a.nod) * share,
        hand_left=_mixed(a.hand_left, b.hand_left, share),
        hand_right=_mixed(a.hand_right, b.hand_right, share),
        foot_left=_mixed(a.foot_left, b.foot_left, share),
        foot_right=_mixed(a.foot_right, b.foot_right, share),
        tilt=a.tilt + (b.tilt - a.tilt) * share,
        roll=a.roll + (b.roll - a.roll) * share,
    )


def smooth(share: float) -> float:
    """Eases in and out: 0 to 1 without a jerk."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)


STANDING = Pose()
HANDS_ON_HIPS = Pose(hand_left=(-0.02, 0.12, -0.22), hand_right=(-0.02, -0.12, -0.22))
PHONE_AT_EAR = Pose(hand_right=(0.06, 0.03, 0.06), nod=0.1, sway=-0.05)
PHONE_IN_HAND = Pose(hand_right=(0.17, 0.04, -0.13), hand_left=(0.14, -0.03, -0.16), nod=0.45, lean=0.06)
POINTING = Pose(hand_right=(0.32, -0.06, 0.03), twist=0.2)
WAVING = Pose(hand_right=(0.06, -0.14, 0.26))
ARMS_CROSSED = Pose(hand_left=(0.11, -0.06, -0.13), hand_right=(0.11, 0.06, -0.15))
HANDS_TO_HEAD = Pose(hand_left=(0.06, 0.06, 0.13), hand_right=(0.06, -0.06, 0.13), lean=0.12)
SITTING = Pose(
    pelvis=0.50,
    lean=-0.08,
    hand_left=(0.17, 0.0, -0.24),
    hand_right=(0.17, 0.0, -0.24),
    foot_left=(0.23, 0.06, 0.0),
    foot_right=(0.23, -0.06, 0.0),
)
PICKING_UP = Pose(
    pelvis=0.62,
    shift=-0.06,
    lean=1.05,
    nod=-0.2,
    hand_left=(0.02, -0.02, -0.26),
    hand_right=(0.10, 0.02, -0.33),
    foot_left=(0.07, 0.07, 0.0),
    foot_right=(-0.07, -0.07, 0.0),
)
CROUCHING = Pose(
    pelvis=0.40,
    shift=-0.05,
    lean=0.85,
    nod=0.3,
    hand_left=(0.06, -0.04, 0.14),
    hand_right=(0.06, 0.04, 0.14),
    foot_left=(0.07, 0.08, 0.0),
    foot_right=(-0.07, -0.08, 0.0),
)
KNEELING = Pose(
    pelvis=0.48,
    lean=0.55,
    nod=0.2,
    hand_left=(0.22, 0.0, -0.20),
    hand_right=(0.24, 0.02, -0.22),
    foot_left=(0.16, 0.06, 0.0),
    foot_right=(-0.24, -0.06, 0.01),
)
HUGGING = Pose(lean=0.14, hand_left=(0.22, -0.07, -0.02), hand_right=(0.22, 0.07, -0.10), nod=0.12, shift=0.02)
GUARD = Pose(
    pelvis=0.93,
    lean=0.20,
    hand_left=(0.19, -0.02, -0.02),
    hand_right=(0.13, 0.04, -0.04),
    nod=0.12,
    foot_left=(0.13, 0.07, 0.0),
    foot_right=(-0.13, -0.08, 0.0),
)
PUNCH_LEFT = GUARD._replace(hand_left=(0.34, -0.04, 0.05), twist=-0.5, lean=0.34, shift=0.05)
PUNCH_RIGHT = GUARD._replace(hand_right=(0.34, 0.06, 0.06), twist=0.6, lean=0.36, shift=0.07)
SHOVE = GUARD._replace(hand_left=(0.34, 0.0, -0.02), hand_right=(0.34, 0.0, -0.02), lean=0.42, shift=0.09)
KICK = GUARD._replace(foot_right=(0.42, -0.04, 0.30), lean=-0.22, hand_left=(0.12, 0.12, -0.05), shift=-0.04)
RECOIL = Pose(
    pelvis=0.92,
    lean=-0.42,
    shift=-0.10,
    nod=-0.35,
    hand_left=(0.20, 0.18, 0.02),
    hand_right=(0.16, -0.20, 0.06),
    foot_left=(-0.02, 0.09, 0.0),
    foot_right=(-0.20, -0.09, 0.0),
)
BLOCKING = GUARD._replace(hand_left=(0.13, -0.05, 0.12), hand_right=(0.12, 0.05, 0.13), lean=-0.05, nod=0.3)
STUMBLE = Pose(
    pelvis=0.86,
    lean=0.62,
    shift=0.08,
    nod=-0.3,
    hand_left=(0.27, 0.16, 0.02),
    hand_right=(0.24, -0.18, 0.10),
    foot_left=(0.26, 0.06, 0.0),
    foot_right=(-0.20, -0.06, 0.06),
)
LYING_FRONT = Pose(
    pelvis=0.97,
    lean=0.0,
    nod=-0.1,
    hand_left=(0.05, 0.13, 0.22),
    hand_right=(0.03, -0.18, 0.02),
    tilt=1.50,
    foot_left=(-0.02, 0.08, 0.0),
    foot_right=(0.02, -0.09, 0.09),
)
LYING_BACK = Pose(
    pelvis=0.97,
    lean=0.0,
    nod=0.1,
    hand_left=(0.02, 0.26, -0.14),
    hand_right=(0.03, -0.20, 0.16),
    tilt=-1.50,
    foot_left=(0.0, 0.07, 0.0),
    foot_right=(0.17, -0.10, 0.12),
)
LYING_SIDE = Pose(
    pelvis=0.82,
    lean=0.25,
    nod=0.2,
    hand_left=(0.20, -0.02, 0.02),
    hand_right=(0.17, 0.02, -0.10),
    roll=1.50,
    foot_left=(-0.10, 0.05, 0.05),
    foot_right=(-0.02, -0.05, 0.12),
)
RIDING = Pose(
    pelvis=1.02,
    lean=0.55,
    hand_left=(0.27, 0.0, -0.20),
    hand_right=(0.27, 0.0, -0.20),
    nod=-0.35,
)


def gait(distance_m: float, speed_mps: float, height_m: float, carrying: bool = False) -> Pose:
    """The pose after walking or running a distance; a planted foot stays where it is on the ground."""
    running = smooth((speed_mps - 1.9) / 0.8)
    cycle_m = (0.80 + 0.46 * max(speed_mps, 0.35)) * height_m / 1.75
    phase = distance_m / cycle_m
    planted = 0.62 - 0.22 * running
    lift = 0.045 + 0.11 * running
    stride = cycle_m / height_m
    left = _footfall(phase, planted, stride, lift)
    right = _footfall(phase + 0.5, planted, stride, lift)
    swing = math.cos(2 * math.pi * (phase - planted / 2))
    reach = (0.13 + 0.05 * running) * min(speed_mps / 1.2, 1.3)
    bend = 0.12 * running
    bob = 0.012 * math.cos(4 * math.pi * (phase - planted / 2)) * (1 + running)
    right_reach = 0.25 if carrying else 1.0
    return Pose(
        pelvis=0.945 - 0.03 * running - bob,
        lean=0.05 + 0.20 * running,
        sway=0.02 * math.sin(2 * math.pi * phase),
        twist=0.10 * swing,
        nod=0.02 - 0.10 * running,
        hand_left=(-reach * swing + 0.03 + 0.08 * running, 0.045, -0.31 + bend - 0.03 * swing),
        hand_right=(reach * swing * right_reach + 0.03 + 0.08 * running, -0.045, -0.31 + bend + 0.03 * swing),
        foot_left=(left[0], 0.045, left[1]),
        foot_right=(right[0], -0.045, right[1]),
    )


def _footfall(phase: float, planted: float, stride: float, lift: float) -> tuple[float, float]:
    """Forward place and height of one ankle in its cycle: back at walking pace, then forward through the air."""
    part = phase % 1.0
    reach = planted * stride / 2
    if part < planted:
        return reach - part * stride, 0.0
    air = (part - planted) / (1 - planted)
    return -reach + 2 * reach * smooth(air), lift * math.sin(math.pi * air) ** 0.8


def pedalling(distance_m: float) -> Pose:
    """The pose of a rider whose bicycle has rolled a distance."""
    turn = distance_m / 4.5 * 2 * math.pi
    return RIDING._replace(
        foot_left=(0.06 + 0.095 * math.cos(turn), 0.05, 0.17 + 0.095 * math.sin(turn)),
        foot_right=(0.06 - 0.095 * math.cos(turn), -0.05, 0.17 - 0.095 * math.sin(turn)),
    )
