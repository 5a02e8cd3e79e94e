"""A bicycle and its rider."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from vigil.demo.clock import DT_S
from vigil.demo.drawing.arrays import Colour, Image, Point2
from vigil.demo.drawing.camera import Camera
from vigil.demo.drawing.lighting import Lighting
from vigil.demo.drawing.paint import SHIFT, SUBPIXELS, capsules, fill, lit
from vigil.demo.people.poses import pedalling
from vigil.demo.stage import Script
from vigil.demo.vehicles.path import Path

if TYPE_CHECKING:
    from vigil.demo.people.person import Person

WHEEL_M = 0.34


class Bicycle:
    """Two wheels and a frame; it rolls with its rider or lies where it fell."""

    reach_m = 2.0

    def __init__(self, place: Point2, heading: float, colour: Colour) -> None:
        self.place, self.heading, self.colour = place, heading, colour
        self.lying = 0.0
        """0 upright, 1 flat on the ground."""

    def step(self) -> None:
        """The rider moves it."""

    def _world(self, forward: float, up: float) -> tuple[float, float, float]:
        aside = up * self.lying
        cos, sin = math.cos(self.heading), math.sin(self.heading)
        x, y = self.place[0] + forward * cos - aside * sin, self.place[1] + forward * sin + aside * cos
        return (x, y, up * (1 - 0.92 * self.lying) + 0.02)

    def draw(self, image: Image, camera: Camera, light: Lighting) -> None:
        """Paints wheels as rings and the frame as tubes."""
        tone = light.at(*self.place)
        turns = np.linspace(0, 2 * math.pi, 18)
        thick = max(round(0.035 * camera.project_one((*self.place, 0.4))[2]), 1)
        for axle in (-0.52, 0.52):
            ring = [self._world(axle + WHEEL_M * math.cos(t), WHEEL_M + WHEEL_M * math.sin(t)) for t in turns]
            pixels, _ = camera.project(np.array(ring))
            points = np.round(pixels * SUBPIXELS).astype(np.int32)
            cv2.polylines(image, [points], True, lit((40, 38, 38), tone), thick, cv2.LINE_AA, SHIFT)
        nodes = {
            "rear": (-0.52, 0.34),
            "pedal": (-0.02, 0.32),
            "seat": (-0.2, 0.88),
            "head": (0.38, 0.86),
            "front": (0.52, 0.34),
            "bar": (0.34, 1.02),
        }
        tubes = ("rear pedal", "pedal seat", "seat rear", "seat head", "pedal head", "head front", "head bar")
        ends = np.array([[self._world(*nodes[name]) for name in tube.split()] for tube in tubes])
        pixels, _ = camera.project(ends.reshape(-1, 3))
        pairs = pixels.reshape(-1, 2, 2)
        radius = np.full(len(tubes), max(thick * 0.55, 0.6))
        for outline in capsules(pairs[:, 0], pairs[:, 1], radius, radius):
            fill(image, outline, lit(self.colour, tone))

    def shadow(self, mask: Image, light: Lighting, camera: Camera) -> None:
        """Adds a thin shadow to a mask."""
        ends = np.array(
            [self._world(-0.8, 0.02), self._world(0.8, 0.02), self._world(0.4, 0.9), self._world(-0.2, 0.9)]
        )
        pixels, _ = camera.project(ends + ends[:, 2:3] * light.drop_3 * (1, 1, 1))
        fill(mask, cv2.convexHull(np.round(pixels * SUBPIXELS).astype(np.int32))[:, 0] / SUBPIXELS, 140)


def ride(rider: Person, bicycle: Bicycle, path: Path, pace_mps: float = 4.0, until_m: float | None = None) -> Script:
    """Rides along a path; leaves the stage at its end, or hands over at `until_m`."""
    at_m, goal = 0.0, path.length_m if until_m is None else until_m
    rider.is_passable = until_m is not None
    while at_m < goal:
        at_m += pace_mps * DT_S
        rider.speed = pace_mps
        bicycle.place, bicycle.heading = path.place(at_m), path.heading(at_m)
        rider.heading = bicycle.heading
        cos, sin = math.cos(rider.heading), math.sin(rider.heading)
        rider.place = (bicycle.place[0] - 0.22 * cos, bicycle.place[1] - 0.22 * sin)
        rider.z = 0.02
        rider.target = pedalling(at_m)
        yield
    if until_m is None:
        rider.has_left = True
        rider.stage.things.remove(bicycle)
