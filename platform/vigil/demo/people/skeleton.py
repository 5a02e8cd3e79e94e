"""From a pose to the joints of a body in the world, with bones that keep their length."""

from __future__ import annotations

import math

import numpy as np

from vigil.demo.drawing.arrays import Floats, Point3
from vigil.demo.people.poses import Pose

LEG = 0.49
"""Hip to ankle in body heights; thigh and shin are half each."""
ANKLE = 0.045
TRUNK = 0.29
NECK = 0.075
HEAD = 0.070
HIP = 0.050
SHOULDER = 0.112
UPPER_ARM = 0.165
FOREARM = 0.165
FOOT = 0.105
BODY_DEPTH = 0.065
"""How high above the ground the middle of a lying body is."""

PELVIS, CHEST, NECK_TOP, HEAD_MIDDLE, FACE = 0, 1, 2, 3, 4
SHOULDER_L, ELBOW_L, HAND_L, SHOULDER_R, ELBOW_R, HAND_R = 5, 6, 7, 8, 9, 10
HIP_L, KNEE_L, ANKLE_L, TOE_L, HIP_R, KNEE_R, ANKLE_R, TOE_R = 11, 12, 13, 14, 15, 16, 17, 18
JOINTS = 19


def joints(pose: Pose, height_m: float, place: Point3, heading: float) -> Floats:
    """World places (JOINTS, 3) of a body. `place` is the ground under it; heading 0 is along x, counter-clockwise."""
    body = _upright(pose)
    sin_tilt, cos_tilt = math.sin(pose.tilt), math.cos(pose.tilt)
    sin_roll, cos_roll = math.sin(pose.roll), math.cos(pose.roll)
    flat = max(abs(sin_tilt), abs(sin_roll)) ** 2
    sin_heading, cos_heading = math.sin(heading), math.cos(heading)
    world = np.empty((JOINTS, 3))
    for index, (forward, left, up) in enumerate(body):
        forward, up = forward * cos_tilt + up * sin_tilt, up * cos_tilt - forward * sin_tilt
        left, up = left * cos_roll + up * sin_roll, up * cos_roll - left * sin_roll
        up = max(up, 0.02) * (1 - 0.45 * flat) + BODY_DEPTH * flat
        world[index, 0] = place[0] + height_m * (forward * cos_heading - left * sin_heading)
        world[index, 1] = place[1] + height_m * (forward * sin_heading + left * cos_heading)
        world[index, 2] = place[2] + height_m * up
    return world


def _upright(pose: Pose) -> list[Point3]:
    """Joints in body heights: forward, left, up."""
    sin_lean, cos_lean, sway = math.sin(pose.lean), math.cos(pose.lean), math.sin(pose.sway)
    pelvis = (pose.shift, 0.0, ANKLE + pose.pelvis * LEG)
    axis = (sin_lean, sway, cos_lean)
    chest = _along(pelvis, axis, TRUNK)
    tip = (math.sin(pose.lean + pose.nod), sway, math.cos(pose.lean + pose.nod))
    neck = _along(chest, tip, NECK * 0.6)
    head = _along(neck, tip, HEAD)
    face = (head[0] + tip[2] * 0.05, head[1], head[2] - tip[0] * 0.05 - 0.008)
    across = (-math.sin(pose.twist) * SHOULDER, math.cos(pose.twist) * SHOULDER, 0.0)
    shoulder_l = (chest[0] + across[0], chest[1] + across[1], chest[2] - 0.012)
    shoulder_r = (chest[0] - across[0], chest[1] - across[1], chest[2] - 0.012)
    found = [pelvis, chest, neck, head, face]
    for shoulder, hand, out in ((shoulder_l, pose.hand_left, 1.0), (shoulder_r, pose.hand_right, -1.0)):
        target = (
            shoulder[0] + hand[0] * cos_lean + hand[2] * sin_lean * 0.6,
            shoulder[1] + hand[1],
            shoulder[2] + hand[2] * cos_lean - hand[0] * sin_lean * 0.3,
        )
        elbow, wrist = _two_bones(shoulder, target, UPPER_ARM, FOREARM, (-0.7, 0.35 * out, -0.6))
        found += [shoulder, elbow, wrist]
    for foot, side in ((pose.foot_left, HIP), (pose.foot_right, -HIP)):
        hip = (pelvis[0], pelvis[1] + side, pelvis[2])
        goal = (foot[0], foot[1], foot[2] + ANKLE)
        knee, ankle = _two_bones(hip, goal, LEG / 2, LEG / 2, (1.0, side, 0.15))
        drop = -0.25 if foot[2] > 0.02 else -0.02
        found += [hip, knee, ankle, (ankle[0] + FOOT, ankle[1] + side * 0.25, max(ankle[2] + drop * FOOT, 0.02))]
    return found


def _along(start: Point3, axis: Point3, length: float) -> Point3:
    return (start[0] + axis[0] * length, start[1] + axis[1] * length, start[2] + axis[2] * length)


def _two_bones(start: Point3, goal: Point3, first: float, second: float, pole: Point3) -> tuple[Point3, Point3]:
    """Middle and end joint of a limb that reaches for `goal` as far as it can, bent towards `pole`."""
    dx, dy, dz = goal[0] - start[0], goal[1] - start[1], goal[2] - start[2]
    distance = math.sqrt(dx * dx + dy * dy + dz * dz) or 1e-6
    reach = min(max(distance, abs(first - second) + 1e-3), (first + second) * 0.999)
    ux, uy, uz = dx / distance, dy / distance, dz / distance
    along = (first * first - second * second + reach * reach) / (2 * reach)
    off = math.sqrt(max(first * first - along * along, 0.0))
    dot = pole[0] * ux + pole[1] * uy + pole[2] * uz
    px, py, pz = pole[0] - dot * ux, pole[1] - dot * uy, pole[2] - dot * uz
    norm = math.sqrt(px * px + py * py + pz * pz) or 1.0
    middle = (
        start[0] + ux * along + px / norm * off,
        start[1] + uy * along + py / norm * off,
        start[2] + uz * along + pz / norm * off,
    )
    return middle, (start[0] + ux * reach, start[1] + uy * reach, start[2] + uz * reach)
