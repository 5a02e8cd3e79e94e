"""A vehicle on the stage: follows a path, keeps its distance, brakes for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vigil.demo.clock import DT_S
from vigil.demo.drawing.arrays import Image, Point2
from vigil.demo.drawing.camera import Camera
from vigil.demo.drawing.effects import WIDE
from vigil.demo.drawing.lighting import Lighting
from vigil.demo.drawing.paint import glow
from vigil.demo.stage import Script
from vigil.demo.vehicles.mesh import Paintwork, Placed
from vigil.demo.vehicles.path import Path
from vigil.demo.vehicles.shapes import Shape

if TYPE_CHECKING:
    from vigil.demo.stage import Stage

COMFORT_MPS2 = 2.2
BRAKE_MPS2 = 6.0


class Vehicle:
    """A car, van or bus with somebody unseen at the wheel."""

    def __init__(self, stage: Stage, shape: Shape, colour_name: str, path: Path, at_m: float = 0.0) -> None:
        self.stage, self.shape, self.path, self.at_m = stage, shape, path, at_m
        self.paintwork = Paintwork(colour_name, headlights=stage.scene.headlights_on)
        self.place, self.heading = path.place(at_m), path.heading(at_m)
        self.lane: int | None = None
        """Which lane of the scene's ordinary traffic it belongs to, if any."""
        self.speed = 0.0
        self.yaw_off = 0.0
        """Radians by which the body is turned against its path (after a blow)."""
        self.yields = True
        """Brakes for people and other vehicles."""
        self.sees_vehicles = True
        """False for a driver who does not look at the car ahead."""
        self.has_left = False
        self.reach_m = shape.length / 2 + 3.0
        self._script: Script | None = None

    @property
    def words(self) -> str:
        """For example: a red car."""
        return f"a {self.paintwork.colour_name} {self.shape.name}"

    @property
    def words_first(self) -> str:
        """The same at the start of a sentence."""
        return f"A{self.words[1:]}"

    def do(self, script: Script) -> None:
        """Drops what the driver did and starts something else."""
        self._script = script

    def step(self) -> None:
        """One frame on."""
        if self._script is not None:
            try:
                next(self._script)
            except StopIteration:
                self._script = None

    def roll(self, wanted_mps: float, backwards: bool = False, brake_mps2: float = BRAKE_MPS2) -> None:
        """One frame of driving along the path at a wanted speed, less where something is in the way."""
        if self.yields:
            wanted_mps = min(wanted_mps, self._safe_speed())
        change = min(max(wanted_mps - self.speed, -brake_mps2 * DT_S), COMFORT_MPS2 * DT_S)
        self.paintwork.braking = change < -0.3 * DT_S or (self.speed < 0.1 and wanted_mps < 0.1)
        self.speed = max(self.speed + change, 0.0)
        self.at_m += self.speed * DT_S * (-1 if backwards else 1)
        self.paintwork.roll_m += self.speed * DT_S * (-1 if backwards else 1)
        self.place = self.path.place(self.at_m)
        self.heading = self.path.heading(self.at_m) + self.yaw_off

    def _others(self) -> list[Vehicle]:
        return [vehicle for vehicle in self.stage.vehicles if vehicle is not self] if self.sees_vehicles else []

    def covers(self, place: Point2, margin_m: float) -> bool:
        """True where a place on the ground is under the vehicle, or closer to it than the margin."""
        dx, dy = place[0] - self.place[0], place[1] - self.place[1]
        cos, sin = math.cos(self.heading), math.sin(self.heading)
        along, aside = dx * cos + dy * sin, -dx * sin + dy * cos
        return abs(along) < self.shape.length / 2 + margin_m and abs(aside) < self.shape.width / 2 + margin_m

    def _safe_speed(self) -> float:
        """The speed from which the vehicle can stop before whatever is ahead."""
        gap = math.inf
        ahead = (math.cos(self.heading), math.sin(self.heading))
        blocks = [(p.place, 0.9, 0.5) for p in self.stage.people if not p.is_passable]
        blocks += [(v.place, v.shape.width / 2, v.shape.length / 2) for v in self._others()]
        for (x, y), half_width, half_length in blocks:
            dx, dy = x - self.place[0], y - self.place[1]
            along, aside = dx * ahead[0] + dy * ahead[1], abs(dx * -ahead[1] + dy * ahead[0])
            if along > 0 and aside < self.shape.width / 2 + half_width + 0.25:
                gap = min(gap, along - self.shape.length / 2 - half_length - 1.2)
        return math.sqrt(2 * COMFORT_MPS2 * max(gap, 0.0)) if gap < 40 else math.inf

    def draw(self, image: Image, camera: Camera, light: Lighting) -> None:
        """Paints the vehicle, with its beams at night."""
        placed = Placed(self.shape, self.paintwork, self.place, self.heading)
        placed.draw(image, camera, light.at(*self.place), light.sun_3, self.stage.frame // 7 % 2 == 0)
        if self.paintwork.headlights:
            self._beams(image, camera)

    def _beams(self, image: Image, camera: Camera) -> None:
        cos, sin = math.cos(self.heading), math.sin(self.heading)
        towards = cos * (camera.eye[0] - self.place[0]) + sin * (camera.eye[1] - self.place[1])
        nose = self.shape.length / 2
        for side in (-0.36, 0.36):
            x = self.place[0] + cos * nose - sin * side * self.shape.width
            y = self.place[1] + sin * nose + cos * side * self.shape.width
            px, py, scale = camera.project_one((x, y, 0.65))
            if towards > 0:
                glow(image, WIDE, px, py, scale * 1.3, scale * 1.3, (150, 170, 180))
        px, py, scale = camera.project_one(
            (self.place[0] + cos * (nose + 3.0), self.place[1] + sin * (nose + 3.0), 0.0)
        )
        glow(image, WIDE, px, py, scale * 6.0, scale * 3.0, (52, 62, 68))

    def shadow(self, mask: Image, light: Lighting, camera: Camera) -> None:
        """Adds the cast shadow, and the dark under the body."""
        placed = Placed(self.shape, self.paintwork, self.place, self.heading)
        placed.shadow(mask, light.drop_3, camera)


def drive(vehicle: Vehicle, pace_mps: float, until_m: float | None = None) -> Script:
    """Drives on along the path; leaves the stage at its end, or halts at `until_m`."""
    goal = vehicle.path.length_m if until_m is None else until_m
    vehicle.speed = pace_mps if vehicle.at_m < 1 else vehicle.speed
    while vehicle.at_m < goal - 0.05:
        wanted = pace_mps
        if until_m is not None:
            wanted = min(pace_mps, math.sqrt(2 * COMFORT_MPS2 * max(goal - vehicle.at_m, 0.0)) + 0.05)
        vehicle.roll(wanted)
        yield
    if until_m is None:
        vehicle.has_left = True
    else:
        vehicle.speed = 0.0


def stay(vehicle: Vehicle, seconds: float) -> Script:
    """Stands with the brake lights on."""
    until = vehicle.stage.time_s + seconds
    while vehicle.stage.time_s < until:
        vehicle.roll(0.0)
        yield


def back_up(vehicle: Vehicle, path: Path, pace_mps: float = 1.4) -> Script:
    """Reverses along a path that is laid in the direction the bonnet looks, from its end to its start."""
    vehicle.path, vehicle.at_m = path, path.length_m
    while vehicle.at_m > 0.1:
        vehicle.roll(min(pace_mps, 0.3 + vehicle.at_m), backwards=True)
        yield
    vehicle.speed = 0.0


def follow(vehicle: Vehicle, path: Path, pace_mps: float) -> Script:
    """Changes to another path that begins where the vehicle is, and drives off along it."""
    vehicle.path, vehicle.at_m = path, 0.01
    while vehicle.at_m < path.length_m - 0.05:
        vehicle.roll(pace_mps)
        yield
    vehicle.has_left = True


def place_of(vehicle: Vehicle, forward_m: float, left_m: float) -> Point2:
    """A place given relative to the vehicle."""
    cos, sin = math.cos(vehicle.heading), math.sin(vehicle.heading)
    return (
        vehicle.place[0] + forward_m * cos - left_m * sin,
        vehicle.place[1] + forward_m * sin + left_m * cos,
    )
