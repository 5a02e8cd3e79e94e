"""Bags and suitcases, in a hand or on the ground."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from vigil.demo.drawing.arrays import Colour, Floats, Image, Point2
from vigil.demo.drawing.camera import Camera
from vigil.demo.drawing.lighting import Lighting
from vigil.demo.drawing.paint import SUBPIXELS, capsules, fill, lit, shade

KINDS: dict[str, tuple[float, float, float]] = {
    "suitcase": (0.46, 0.26, 0.66),
    "sports bag": (0.62, 0.30, 0.34),
    "backpack": (0.36, 0.26, 0.50),
    "cardboard box": (0.50, 0.40, 0.40),
}
"""Length, depth and height in metres."""
COLOURS: dict[str, Colour] = {
    "black": (40, 38, 38), "red": (46, 40, 170), "blue": (138, 76, 36), "green": (66, 104, 50), "brown": (70, 104, 150),
}  # fmt: skip


@dataclass
class Bag:
    """Something that a person can carry, put down and leave."""

    kind: str
    colour_name: str
    place: Point2 = (0.0, 0.0)
    z: float = 0.0
    heading: float = 0.0
    reach_m: float = 1.5

    @property
    def words(self) -> str:
        """For example: a red suitcase."""
        return f"a {self.kind}" if self.kind == "cardboard box" else f"a {self.colour_name} {self.kind}"

    def carried(self, hand_3: Floats, heading: float) -> None:
        """Hangs from a hand, or rolls beside it."""
        self.place, self.heading = (float(hand_3[0]), float(hand_3[1])), heading
        self.z = max(float(hand_3[2]) - KINDS[self.kind][2] - 0.10, 0.03)

    def put_down(self, place: Point2) -> None:
        """Stands on the ground."""
        self.place, self.z = place, 0.0

    def step(self) -> None:
        """A bag does nothing by itself."""

    def draw(self, image: Image, camera: Camera, light: Lighting) -> None:
        """Paints the bag."""
        self.paint(image, camera, light.at(*self.place))

    def paint(self, image: Image, camera: Camera, tone: Colour) -> None:
        """Paints the bag under a given light: visible faces, seam and handle."""
        corners = self._corners()
        pixels, _ = camera.project(corners)
        colour = lit(COLOURS["brown"] if self.kind == "cardboard box" else COLOURS[self.colour_name], tone)
        hull = cv2.convexHull(np.round(pixels * SUBPIXELS).astype(np.int32))[:, 0] / SUBPIXELS
        fill(image, hull, shade(colour, 0.8))
        for side in ((0, 1), (1, 2), (2, 3), (3, 0)):
            quad = [side[0], side[1], side[1] + 4, side[0] + 4]
            normal = np.cross(corners[quad[1]] - corners[quad[0]], corners[quad[3]] - corners[quad[0]])
            if float(normal @ (camera.eye_3 - corners[quad[0]])) > 0:
                fill(image, pixels[quad], shade(colour, 1.0 if side in ((0, 1), (2, 3)) else 0.82))
                band = pixels[quad] * 0.6 + pixels[quad].mean(axis=0) * 0.4
                fill(image, band, shade(colour, 1.18))
        fill(image, pixels[4:], shade(colour, 1.28))
        top = pixels[4:].mean(axis=0)
        across = (pixels[5] - pixels[4]) * 0.2
        rise = np.array([0.0, -(pixels[0, 1] - pixels[4, 1]) * 0.16])
        ends = np.array([top - across, top - across + rise, top + across + rise, top + across])
        radius = np.full(3, max(abs(float(across[0])) * 0.12, 0.5))
        for outline in capsules(ends[:-1], ends[1:], radius, radius):
            fill(image, outline, shade(colour, 0.5))

    def _corners(self) -> Floats:
        length, depth, height = KINDS[self.kind]
        sin, cos = math.sin(self.heading), math.cos(self.heading)
        found = []
        for up in (self.z, self.z + height):
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                along, across = a * length / 2, b * depth / 2
                found.append(
                    (self.place[0] + along * cos - across * sin, self.place[1] + along * sin + across * cos, up)
                )
        return np.array(found)

    def shadow(self, mask: Image, light: Lighting, camera: Camera) -> None:
        """Adds its shadow to a mask."""
        corners = self._corners()
        pixels, _ = camera.project(corners + corners[:, 2:3] * light.drop_3)
        fill(mask, cv2.convexHull(np.round(pixels * SUBPIXELS).astype(np.int32))[:, 0] / SUBPIXELS, 255)
