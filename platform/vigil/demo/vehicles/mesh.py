"""Draws a vehicle: its faces under the light of the scene, its turning wheels and its shadow."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from vigil.demo.drawing.arrays import Colour, Floats, Image, Point2
from vigil.demo.drawing.camera import Camera
from vigil.demo.drawing.paint import SUBPIXELS, fill, lit, shade
from vigil.demo.vehicles.faces import Faces, faces_of
from vigil.demo.vehicles.shapes import PAINTS, Shape

GLASS: Colour = (58, 50, 44)
AMBER: Colour = (30, 150, 255)
SPOKES_FROM_PX_PER_M = 11.0


@dataclass
class Paintwork:
    """The changing looks of one vehicle."""

    colour_name: str
    braking: bool = False
    headlights: bool = False
    hazards: bool = False
    crumple_front: float = 0.0
    """Metres by which the nose is pushed in."""
    crumple_rear: float = 0.0
    roll_m: float = 0.0
    """Distance rolled, which turns the wheels."""

    def colours(self, blink: bool) -> dict[str, tuple[Colour, bool]]:
        """Colour of each kind of face, and whether it shines by itself."""
        flashing = self.hazards and blink
        nose = AMBER if flashing else (250.0, 255.0, 255.0) if self.headlights else (206.0, 212.0, 214.0)
        tail = AMBER if flashing else (60.0, 50.0, 255.0) if self.braking else (40.0, 30.0, 128.0)
        return {
            "paint": (PAINTS[self.colour_name], False),
            "glass": (shade(GLASS, 1.3), False),
            "shine": ((98, 92, 84), False),
            "nose lamp": (nose, self.headlights or flashing),
            "tail lamp": (tail, self.braking or flashing),
            "grille": ((40, 38, 36), False),
            "plate": ((210, 214, 216), False),
            "arch": ((26, 26, 26), False),
            "tyre": ((38, 36, 36), False),
            "hub": ((150, 150, 150), False),
        }


@dataclass(frozen=True)
class Placed:
    """A vehicle at a place on the ground, ready to draw."""

    shape: Shape
    paintwork: Paintwork
    place: Point2
    heading: float

    def world(self, points_N3: Floats) -> Floats:
        """World places of points given forward, left and up of the vehicle."""
        moved = points_N3 @ self._turn_33().T
        moved[:, :2] += self.place
        return moved

    def _turn_33(self) -> Floats:
        sin, cos = math.sin(self.heading), math.cos(self.heading)
        return np.array([(cos, -sin, 0.0), (sin, cos, 0.0), (0.0, 0.0, 1.0)])

    def draw(self, image: Image, camera: Camera, light: Colour, sun_3: Floats, blink: bool = False) -> None:
        """Paints the vehicle. `sun_3` points to the light; `blink` is the phase of the hazard lights."""
        faces = faces_of(self.shape, self.paintwork.crumple_front, self.paintwork.crumple_rear)
        world_V3 = self.world(faces.corners_V3)
        pixels_V2, _ = camera.project(world_V3)
        normals_F3 = faces.normals_F3 @ self._turn_33().T
        visible_F = np.einsum("fk,fk->f", normals_F3, camera.eye_3 - world_V3[faces.first_F]) > 0
        gains_F = 0.60 + 0.34 * np.maximum(normals_F3 @ sun_3, 0) + 0.14 * np.maximum(normals_F3[:, 2], 0)
        colours = self.paintwork.colours(blink)
        for index in np.flatnonzero(visible_F):
            role = faces.roles[index]
            colour, glowing = colours[role]
            shown = colour if glowing else lit(shade(colour, float(gains_F[index])), light)
            fill(image, pixels_V2[faces.starts[index] : faces.starts[index + 1]], shown)
            if role == "hub":
                self._spokes(image, camera, faces, int(index), light)

    def _spokes(self, image: Image, camera: Camera, faces: Faces, hub: int, light: Colour) -> None:
        centre = faces.corners_V3[faces.starts[hub] : faces.starts[hub + 1]].mean(axis=0)
        if camera.project_one((*self.place, 0.3))[2] < SPOKES_FROM_PX_PER_M:
            return
        turn, wheel = self.paintwork.roll_m / self.shape.wheel, self.shape.wheel
        quads = []
        for angle in (turn, turn + math.pi / 2):
            tip = np.array([math.cos(-angle), 0.0, math.sin(-angle)]) * wheel * 0.58
            across = np.array([-tip[2], 0.0, tip[0]]) * 0.16
            quads += [centre + tip + across, centre + tip - across, centre - tip - across, centre - tip + across]
        pixels, _ = camera.project(self.world(np.array(quads)))
        fill(image, pixels[:4], lit((86, 86, 88), light))
        fill(image, pixels[4:], lit((86, 86, 88), light))

    def footprint(self, margin: float = 0.0) -> Floats:
        """Corners (4, 3) of the vehicle on the ground."""
        rear, front = self.shape.lower[0][0] - margin, self.shape.lower[-1][0] + margin
        half = self.shape.width / 2 + margin
        return self.world(np.array([(rear, -half, 0.0), (front, -half, 0.0), (front, half, 0.0), (rear, half, 0.0)]))

    def shadow(self, mask: Image, drop_3: Floats, camera: Camera) -> None:
        """Adds the cast shadow to a mask; `drop_3` is how far light carries a point per metre of height."""
        half = self.shape.width / 2 - 0.1
        cabin = [(f, s * (half - self.shape.roof_inset), u) for f, u in self.shape.cabin for s in (-1, 1)]
        lower = [(f, s * half, u) for f, u in self.shape.lower for s in (-1, 1)]
        ground = [(f, s * half, 0.0) for f in (self.shape.lower[0][0], self.shape.lower[-1][0]) for s in (-1, 1)]
        solid = self.world(np.array(ground + lower + cabin))
        pixels, _ = camera.project(solid + solid[:, 2:3] * drop_3)
        points = np.round(pixels * SUBPIXELS).astype(np.int32)
        edge = len(ground) + len(lower)
        for part in (points[:edge], np.concatenate([points[: len(ground)], points[edge:]])):
            fill(mask, cv2.convexHull(part)[:, 0] / SUBPIXELS, 255)
