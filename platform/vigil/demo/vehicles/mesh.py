"""Vehicles as small meshes: profiles, windows, wheels and lights, drawn with light on each face."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np

from vigil.demo.drawing.arrays import Colour, Floats, Image, Point2
from vigil.demo.drawing.camera import Camera
from vigil.demo.drawing.paint import SUBPIXELS, fill, lit, shade

GLASS: Colour = (58, 50, 44)
PAINTS: dict[str, Colour] = {
    "white": (226, 228, 228), "silver": (186, 184, 180), "black": (46, 42, 40), "red": (44, 38, 172),
    "blue": (142, 78, 38), "grey": (112, 108, 106), "green": (78, 98, 52), "yellow": (52, 186, 226),
}  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """The outline of a kind of vehicle, in metres, forward and up of the middle of its wheelbase."""

    name: str
    width: float
    lower: tuple[Point2, ...]
    """Side profile of the body, clockwise from the rear bottom."""
    cabin: tuple[Point2, Point2, Point2, Point2]
    """Side profile of the cabin: rear bottom, rear top, front top, front bottom."""
    axles: tuple[float, float]
    wheel: float
    roof_inset: float = 0.16
    has_side_glass: bool = True

    @property
    def length(self) -> float:
        """Bumper to bumper."""
        return self.lower[-1][0] - self.lower[0][0]


SEDAN = Shape(
    "car", 1.78,
    ((-2.2, 0.32), (-2.25, 0.72), (-2.12, 0.98), (-1.5, 1.02), (0.95, 0.98), (2.0, 0.84), (2.2, 0.66), (2.2, 0.32)),
    ((-1.75, 0.99), (-1.05, 1.44), (0.15, 1.45), (1.05, 0.97)), (-1.32, 1.36), 0.32,
)  # fmt: skip
HATCHBACK = Shape(
    "car", 1.72,
    ((-1.9, 0.32), (-1.98, 0.70), (-1.9, 1.0), (-1.2, 1.04), (0.95, 1.0), (1.78, 0.86), (1.95, 0.66), (1.95, 0.32)),
    ((-1.88, 1.0), (-1.55, 1.48), (0.1, 1.52), (1.0, 0.99)), (-1.22, 1.24), 0.31,
)  # fmt: skip
SUV = Shape(
    "SUV", 1.9,
    ((-2.25, 0.40), (-2.3, 0.85), (-2.25, 1.15), (-1.2, 1.18), (0.95, 1.14), (2.05, 1.02), (2.25, 0.8), (2.25, 0.40)),
    ((-2.22, 1.15), (-2.02, 1.72), (0.2, 1.74), (0.98, 1.13)), (-1.38, 1.42), 0.37,
)  # fmt: skip
VAN = Shape(
    "van", 2.0,
    ((-2.6, 0.40), (-2.65, 0.85), (-2.65, 1.25), (-1.2, 1.28), (1.35, 1.26), (2.3, 1.1), (2.5, 0.8), (2.5, 0.40)),
    ((-2.64, 1.25), (-2.58, 2.2), (0.85, 2.2), (1.7, 1.22)), (-1.55, 1.6), 0.36, 0.08, False,
)  # fmt: skip
BUS = Shape(
    "bus", 2.5,
    ((-5.2, 0.40), (-5.25, 0.9), (-5.25, 1.25), (-2.0, 1.28), (3.0, 1.28), (5.1, 1.25), (5.25, 0.9), (5.2, 0.40)),
    ((-5.22, 1.25), (-5.15, 2.9), (5.05, 2.9), (5.2, 1.25)), (-3.0, 3.1), 0.48, 0.05,
)  # fmt: skip
SHAPES = (SEDAN, HATCHBACK, SUV, VAN)


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
    colour: Colour = field(init=False)

    def __post_init__(self) -> None:
        self.colour = PAINTS[self.colour_name]


@dataclass(frozen=True)
class Placed:
    """A vehicle at a place on the ground, ready to draw."""

    shape: Shape
    paintwork: Paintwork
    place: Point2
    heading: float

    def world(self, points_N3: Floats) -> Floats:
        """World places of points given forward, left and up of the vehicle."""
        sin, cos = math.sin(self.heading), math.cos(self.heading)
        moved = np.empty_like(points_N3)
        moved[:, 0] = self.place[0] + points_N3[:, 0] * cos - points_N3[:, 1] * sin
        moved[:, 1] = self.place[1] + points_N3[:, 0] * sin + points_N3[:, 1] * cos
        moved[:, 2] = points_N3[:, 2]
        return moved

    def _profile(self) -> Floats:
        lower = np.array(self.shape.lower)
        front, rear = lower[:, 0] > 1.2, lower[:, 0] < -1.4
        lower[front, 0] -= self.paintwork.crumple_front * (0.6 + 0.6 * (lower[front, 1] > 0.6))
        lower[rear, 0] += self.paintwork.crumple_rear * (0.6 + 0.6 * (lower[rear, 1] > 0.6))
        lower[front, 1] += self.paintwork.crumple_front * 0.35 * (lower[front, 1] > 0.6)
        return lower

    def draw(self, image: Image, camera: Camera, light: Colour, sun_3: Floats, blink: bool = False) -> None:
        """Paints the vehicle. `sun_3` points to the light; `blink` is the phase of the hazard lights."""
        painter = _Painter(self, image, camera, light, sun_3)
        painter.body(self._profile(), blink)
        painter.wheels()
        painter.cabin()

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
        for points in (ground + lower, ground + cabin):
            solid = self.world(np.array(points))
            pixels, _ = camera.project(solid + solid[:, 2:3] * drop_3)
            hull = cv2.convexHull(np.round(pixels * SUBPIXELS).astype(np.int32))[:, 0]
            fill(mask, hull / SUBPIXELS, 255)


class _Painter:
    def __init__(self, car: Placed, image: Image, camera: Camera, light: Colour, sun_3: Floats) -> None:
        self.car, self.image, self.camera, self.light, self.sun_3 = car, image, camera, light, sun_3
        self.half = car.shape.width / 2
        self.paint = car.paintwork.colour

    def face(self, corners: Floats, colour: Colour, glass: bool = False, glowing: bool = False) -> bool:
        """One flat face, corners counter-clockwise from outside; True where it faces the camera."""
        world = self.car.world(corners)
        normal = np.cross(world[1] - world[0], world[2] - world[1])
        if float(normal @ (self.camera.eye_3 - world[0])) <= 0:
            return False
        normal /= float(np.linalg.norm(normal)) or 1.0
        pixels, _ = self.camera.project(world)
        gain = 0.60 + 0.34 * max(float(normal @ self.sun_3), 0.0) + 0.14 * max(float(normal[2]), 0.0)
        shown = colour if glowing else lit(shade(colour, gain), self.light)
        fill(self.image, pixels, shown)
        if glass:
            middle = pixels.mean(axis=0)
            sky = lit((120, 112, 104), self.light)
            fill(self.image, pixels * 0.86 + middle * 0.14, lit(shade(GLASS, 0.7 + gain * 0.5), self.light))
            fill(self.image, np.array([pixels[0], pixels[1], middle]) * 0.55 + middle * 0.45 * 1.0, shade(sky, 0.62))
        return True

    def body(self, profile: Floats, blink: bool) -> None:
        """Sills, sides, bonnet, boot, bumpers and lights."""
        half, looks = self.half, self.car.paintwork
        for side in (-1.0, 1.0):
            outline = np.column_stack([profile[:, 0], np.full(len(profile), side * half), profile[:, 1]])
            self.face(outline if side > 0 else outline[::-1], self.paint)
        for (f0, u0), (f1, u1) in zip(profile, profile[1:], strict=False):
            self.face(np.array([(f0, half, u0), (f0, -half, u0), (f1, -half, u1), (f1, half, u1)]), self.paint)
        nose, tail = profile[-2], profile[1]
        amber: Colour = (30, 150, 255)
        front = amber if looks.hazards and blink else ((250, 255, 255) if looks.headlights else (206, 212, 214))
        rear = amber if looks.hazards and blink else ((60, 50, 255) if looks.braking else (40, 30, 128))
        for side in (-1.0, 1.0):
            left, right = (side * half * 0.92, side * half * 0.52)
            left, right = max(left, right), min(left, right)
            self.face(_lamp(nose[0] + 0.03, nose[1], left, right, 1), front, glowing=looks.headlights or looks.hazards)
            self.face(_lamp(tail[0] - 0.03, tail[1] + 0.14, left, right, -1), rear, glowing=looks.braking or looks.hazards)
        self.face(_lamp(nose[0] + 0.02, nose[1] - 0.12, half * 0.4, -half * 0.4, 1), (40, 38, 36))
        self.face(_lamp(tail[0] - 0.02, tail[1] + 0.02, half * 0.28, -half * 0.28, -1), (210, 214, 216))

    def wheels(self) -> None:
        """The two wheels on each visible side."""
        shape, looks = self.car.shape, self.car.paintwork
        turn = looks.roll_m / shape.wheel
        for side in (-1.0, 1.0):
            ring = np.linspace(0, 2 * math.pi, 14, endpoint=False) * side * -1
            for axle in shape.axles:
                for radius, colour, out in ((1.16, (26, 26, 26), 0.01), (1.0, (38, 36, 36), 0.02), (0.62, (150, 150, 150), 0.03)):
                    reach = shape.wheel * radius
                    points = np.column_stack(
                        [axle + np.cos(ring) * reach, np.full(14, side * (self.half + out)), shape.wheel + np.sin(ring) * reach]
                    )
                    if not self.face(points, colour):
                        break
                else:
                    self._spokes(axle, side, turn)

    def _spokes(self, axle: float, side: float, turn: float) -> None:
        wheel = self.car.shape.wheel
        for angle in (turn, turn + math.pi / 2):
            tip = np.array([math.cos(-angle), 0.0, math.sin(-angle)]) * wheel * 0.58
            across = np.array([-tip[2], 0.0, tip[0]]) * 0.16
            hub = np.array([axle, side * (self.half + 0.04), wheel])
            world = self.car.world(np.array([hub + tip + across, hub + tip - across, hub - tip - across, hub - tip + across]))
            fill(self.image, self.camera.project(world)[0], lit((86, 86, 88), self.light))

    def cabin(self) -> None:
        """Roof and windows."""
        (rb, rt, ft, fb), half, inset = self.car.shape.cabin, self.half - 0.06, self.car.shape.roof_inset
        top = half - inset
        rear = np.array([(rb[0], half, rb[1]), (rb[0], -half, rb[1]), (rt[0], -top, rt[1]), (rt[0], top, rt[1])])[::-1]
        front = np.array([(fb[0], -half, fb[1]), (fb[0], half, fb[1]), (ft[0], top, ft[1]), (ft[0], -top, ft[1])])
        self._pane(rear[::-1], self.car.shape.name != "van")
        self._pane(front, True)
        for side in (-1.0, 1.0):
            self._side(side, half, top)
        self.face(np.array([(rt[0], top, rt[1]), (rt[0], -top, rt[1]), (ft[0], -top, ft[1]), (ft[0], top, ft[1])]), self.paint)

    def _pane(self, corners: Floats, glazed: bool) -> None:
        corners = _facing_out(corners)
        if self.face(corners, self.paint) and glazed:
            middle = corners.mean(axis=0)
            self.face(corners * 0.84 + middle * 0.16, GLASS, glass=True)

    def _side(self, side: float, half: float, top: float) -> None:
        (rb, rt, ft, fb), shape = self.car.shape.cabin, self.car.shape
        corners = np.array([(rb[0], half, rb[1]), (fb[0], half, fb[1]), (ft[0], top, ft[1]), (rt[0], top, rt[1])]) * (1, side, 1)
        corners = _facing_out(corners)
        if not self.face(corners, self.paint):
            return
        bottom, roof = np.array([corners[0], corners[1]]), np.array([corners[3], corners[2]])
        cuts = ((0.06, 0.46), (0.52, 0.94)) if shape.has_side_glass else ((0.66, 0.93),) if side > 0 else ((0.07, 0.34),)
        if shape.name == "bus":
            cuts = tuple((0.02 + i * 0.14, 0.13 + i * 0.14) for i in range(7))
        for a, b in cuts:
            low = [bottom[0] + (bottom[1] - bottom[0]) * share for share in (a, b)]
            high = [roof[0] + (roof[1] - roof[0]) * share for share in (a, b)]
            pane = np.array([low[0], low[1], high[1], high[0]])
            centre = pane.mean(axis=0)
            self.face((pane - centre) * (1, 1, 0.74) + centre, shade(GLASS, 1.15))


def _lamp(forward: float, up: float, left: float, right: float, facing: int) -> Floats:
    corners = np.array(
        [(forward, left, up), (forward, left, up - 0.17), (forward, right, up - 0.17), (forward, right, up)]
    )
    return corners if facing > 0 else corners[::-1]


def _facing_out(corners: Floats) -> Floats:
    """The same corners in the order that makes the face look away from the middle of the vehicle."""
    normal = np.cross(corners[1] - corners[0], corners[2] - corners[1])
    outward = corners.mean(axis=0) - np.array([0.0, 0.0, 1.0])
    return corners if float(normal @ outward) > 0 else corners[::-1]
