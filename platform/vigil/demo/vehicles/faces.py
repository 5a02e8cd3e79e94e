"""The faces of a vehicle, built once for each shape and dent and looked up ever after."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vigil.demo.drawing.arrays import Floats
from vigil.demo.vehicles.shapes import Shape

WHEEL_POINTS = 14


@dataclass(frozen=True)
class Faces:
    """Flat convex faces in the order in which they are painted, corners counter-clockwise from outside."""

    roles: tuple[str, ...]
    """What each face is: paint, glass, shine, nose lamp, tail lamp, grille, plate, arch, tyre, hub."""
    starts: tuple[int, ...]
    """Where each face's corners begin in `corners_V3`, and one more for the end."""
    corners_V3: Floats
    normals_F3: Floats
    first_F: NDArray[np.int64]
    """Index of each face's first corner."""


class _Builder:
    def __init__(self, shape: Shape) -> None:
        self.shape, self.half = shape, shape.width / 2
        self.found: list[tuple[str, Floats]] = []

    def add(self, role: str, corners: Floats) -> None:
        self.found.append((role, corners))

    def body(self, profile: Floats) -> None:
        for side in (-1.0, 1.0):
            outline = np.column_stack([profile[:, 0], np.full(len(profile), side * self.half), profile[:, 1]])
            self.add("paint", outline if side > 0 else outline[::-1])
        half = self.half
        for (f0, u0), (f1, u1) in zip(profile, profile[1:], strict=False):
            self.add("paint", np.array([(f0, half, u0), (f0, -half, u0), (f1, -half, u1), (f1, half, u1)]))
        nose, tail = profile[-2], profile[1]
        for side in (-1.0, 1.0):
            left, right = max(side * 0.92, side * 0.52) * half, min(side * 0.92, side * 0.52) * half
            self.add("nose lamp", _panel(nose[0] + 0.03, nose[1], left, right, 1))
            self.add("tail lamp", _panel(tail[0] - 0.03, tail[1] + 0.14, left, right, -1))
        self.add("grille", _panel(nose[0] + 0.02, nose[1] - 0.12, half * 0.4, -half * 0.4, 1))
        self.add("plate", _panel(tail[0] - 0.02, tail[1] + 0.02, half * 0.28, -half * 0.28, -1))

    def wheels(self) -> None:
        for side in (-1.0, 1.0):
            ring = np.linspace(0, 2 * math.pi, WHEEL_POINTS, endpoint=False) * side * -1
            for axle in self.shape.axles:
                for role, size, out in (("arch", 1.16, 0.01), ("tyre", 1.0, 0.02), ("hub", 0.62, 0.03)):
                    reach = self.shape.wheel * size
                    across = np.full(WHEEL_POINTS, side * (self.half + out))
                    self.add(
                        role,
                        np.column_stack([axle + np.cos(ring) * reach, across, self.shape.wheel + np.sin(ring) * reach]),
                    )

    def cabin(self) -> None:
        (rb, rt, ft, fb), half = self.shape.cabin, self.half - 0.06
        top = half - self.shape.roof_inset
        rear = np.array([(rb[0], half, rb[1]), (rb[0], -half, rb[1]), (rt[0], -top, rt[1]), (rt[0], top, rt[1])])
        front = np.array([(fb[0], -half, fb[1]), (fb[0], half, fb[1]), (ft[0], top, ft[1]), (ft[0], -top, ft[1])])
        self._glazed(_facing_out(rear), self.shape.name != "van")
        self._glazed(_facing_out(front), True)
        for side in (-1.0, 1.0):
            self._side(side, half, top)
        self.add(
            "paint", np.array([(rt[0], top, rt[1]), (rt[0], -top, rt[1]), (ft[0], -top, ft[1]), (ft[0], top, ft[1])])
        )

    def _glazed(self, corners: Floats, has_glass: bool) -> None:
        self.add("paint", corners)
        if has_glass:
            middle = corners.mean(axis=0)
            pane = corners * 0.84 + middle * 0.16
            self.add("glass", pane)
            self.add("shine", np.array([pane[3], pane[0], pane[0] * 0.55 + pane[1] * 0.45]))

    def _side(self, side: float, half: float, top: float) -> None:
        (rb, rt, ft, fb), shape = self.shape.cabin, self.shape
        corners = np.array([(rb[0], half, rb[1]), (fb[0], half, fb[1]), (ft[0], top, ft[1]), (rt[0], top, rt[1])]) * (
            1,
            side,
            1,
        )
        corners = _facing_out(corners)
        self.add("paint", corners)
        from_rear = corners[0][0] < corners[1][0]
        bottom, roof = corners[[0, 1]], corners[[3, 2]]
        cuts: tuple[tuple[float, float], ...] = ((0.06, 0.46), (0.52, 0.94))
        if shape.name == "bus":
            cuts = tuple((0.02 + i * 0.14, 0.13 + i * 0.14) for i in range(7))
        elif not shape.has_side_glass:
            cuts = ((0.66, 0.93),) if from_rear else ((0.07, 0.34),)
        for a, b in cuts:
            low = bottom[0] + (bottom[1] - bottom[0]) * np.array([[a], [b]])
            high = roof[0] + (roof[1] - roof[0]) * np.array([[b], [a]])
            pane = np.vstack([low, high])
            centre = pane.mean(axis=0)
            self.add("glass", (pane - centre) * (1, 1, 0.74) + centre)


def _panel(forward: float, up: float, left: float, right: float, facing: int) -> Floats:
    corners = np.array(
        [(forward, left, up), (forward, left, up - 0.17), (forward, right, up - 0.17), (forward, right, up)]
    )
    return corners if facing > 0 else corners[::-1]


def _facing_out(corners: Floats) -> Floats:
    """The same corners in the order that makes the face look away from the middle of the vehicle."""
    normal = np.cross(corners[1] - corners[0], corners[2] - corners[1])
    outward = corners.mean(axis=0) - np.array([0.0, 0.0, 1.0])
    return corners if float(normal @ outward) > 0 else corners[::-1]


@lru_cache(maxsize=256)
def faces_of(shape: Shape, crumple_front: float, crumple_rear: float) -> Faces:
    """The faces of a shape whose nose and tail are pushed in by so many metres."""
    profile = np.array(shape.lower)
    front, rear = profile[:, 0] > 1.2, profile[:, 0] < -1.4
    profile[front, 0] -= crumple_front * (0.6 + 0.6 * (profile[front, 1] > 0.6))
    profile[rear, 0] += crumple_rear * (0.6 + 0.6 * (profile[rear, 1] > 0.6))
    profile[front, 1] += crumple_front * 0.35 * (profile[front, 1] > 0.6)
    builder = _Builder(shape)
    builder.body(profile)
    builder.wheels()
    builder.cabin()
    starts = np.concatenate([[0], np.cumsum([len(corners) for _, corners in builder.found])])
    corners_V3 = np.vstack([corners for _, corners in builder.found])
    first = starts[:-1]
    normals_F3 = np.cross(corners_V3[first + 1] - corners_V3[first], corners_V3[first + 2] - corners_V3[first + 1])
    normals_F3 /= np.maximum(np.linalg.norm(normals_F3, axis=1, keepdims=True), 1e-9)
    return Faces(tuple(role for role, _ in builder.found), tuple(int(s) for s in starts), corners_V3, normals_F3, first)
