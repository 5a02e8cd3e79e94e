"""A person on the stage: a place, a pose that eases from one act to the next, and a script."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from vigil.demo.clock import DT_S
from vigil.demo.drawing.arrays import Image, Point2
from vigil.demo.drawing.camera import Camera
from vigil.demo.drawing.lighting import Lighting
from vigil.demo.people import skeleton
from vigil.demo.people.bags import Bag
from vigil.demo.people.figure import Body
from vigil.demo.people.looks import Look
from vigil.demo.people.poses import STANDING, Pose, blend, gait, smooth
from vigil.demo.stage import Script

if TYPE_CHECKING:
    from vigil.demo.stage import Stage

TURN_RATE = 3.4
PERSONAL_SPACE_M = 0.95


class Person:
    """Somebody with a body, a bag perhaps, and something to do."""

    reach_m = 2.6

    def __init__(self, stage: Stage, look: Look, place: Point2, heading: float) -> None:
        self.stage, self.look, self.place, self.heading = stage, look, place, heading
        self.z = 0.0
        self.bag: Bag | None = None
        self.has_left = False
        self.is_passable = False
        """True for somebody whom nobody walks around (one of a brawl, a rider)."""
        self.speed = 0.0
        self.walked_m = float(stage.rng.uniform(0, 2))
        self.target: Pose = STANDING
        self._from: Pose = STANDING
        self._ease_s, self._eased_s = 0.0, 0.0
        self._script: Script | None = None
        self._body: Body | None = None
        self._joints_J3 = skeleton.joints(STANDING, look.height_m, (*place, 0.0), heading)

    @property
    def pose(self) -> Pose:
        """What the body does at this frame."""
        if self._eased_s >= self._ease_s:
            return self.target
        return blend(self._from, self.target, smooth(self._eased_s / self._ease_s))

    def ease(self, seconds: float) -> None:
        """Starts a transition from the pose of this moment to whatever follows."""
        self._from, self._ease_s, self._eased_s = self.pose, seconds, 0.0

    def do(self, script: Script) -> None:
        """Drops what the person did and starts something else."""
        self._script = script

    @property
    def is_busy(self) -> bool:
        """True while a script runs."""
        return self._script is not None

    def step(self) -> None:
        """One frame on."""
        self._eased_s += DT_S
        if self._script is not None:
            try:
                next(self._script)
            except StopIteration:
                self._script = None
        self._body = None
        self._joints_J3 = skeleton.joints(self.pose, self.look.height_m, (*self.place, self.z), self.heading)
        if self.bag is not None:
            self.bag.carried(self._joints_J3[skeleton.HAND_R], self.heading)

    def distance_to(self, place: Point2) -> float:
        """Metres over the ground."""
        return math.hypot(place[0] - self.place[0], place[1] - self.place[1])

    def bearing_to(self, place: Point2) -> float:
        """The heading that looks at a place."""
        return math.atan2(place[1] - self.place[1], place[0] - self.place[0])

    def turn_towards(self, heading: float, rate: float = TURN_RATE) -> float:
        """Turns by at most `rate` radians a second; the angle that is left."""
        left = math.remainder(heading - self.heading, 2 * math.pi)
        self.heading += min(max(left, -rate * DT_S), rate * DT_S)
        return left

    def stride(self, goal: Point2, pace_mps: float) -> None:
        """One step of a walk to a goal, around others."""
        wanted = self.bearing_to(self._detour(goal))
        left = self.turn_towards(wanted, TURN_RATE * (1.6 if pace_mps > 2 else 1.0))
        slow = max(math.cos(left), 0.25)
        self.speed += min(max(pace_mps * slow - self.speed, -4 * DT_S), 2.5 * DT_S)
        moved = self.speed * DT_S
        ahead = (self.place[0] + math.cos(self.heading) * moved, self.place[1] + math.sin(self.heading) * moved)
        if any(vehicle.covers(ahead, 0.3) and not vehicle.covers(self.place, 0.3) for vehicle in self.stage.vehicles):
            self.speed = moved = 0.0
        else:
            self.place = ahead
        self.walked_m += moved
        self.target = gait(self.walked_m, self.speed, self.look.height_m, self.bag is not None)

    def _detour(self, goal: Point2) -> Point2:
        """The goal, moved sideways where somebody or something stands in the way."""
        ahead = (math.cos(self.heading), math.sin(self.heading))
        push_x = push_y = 0.0
        standing = [vehicle for vehicle in self.stage.vehicles if vehicle.speed < 0.5]
        blocks = [(p.place, PERSONAL_SPACE_M) for p in self.stage.people if p is not self and not p.is_passable]
        blocks += [(place, radius + 0.45) for place, radius in self.stage.scene.obstacles]
        blocks += [(vehicle.place, vehicle.shape.length / 2 + 0.2) for vehicle in standing]
        for (x, y), space in blocks:
            dx, dy = x - self.place[0], y - self.place[1]
            distance = math.hypot(dx, dy)
            in_front = dx * ahead[0] + dy * ahead[1]
            if distance > space + 0.9 or in_front < -0.1 or math.hypot(goal[0] - x, goal[1] - y) < space * 0.8:
                continue
            side = dx * -ahead[1] + dy * ahead[0]
            strength = (space + 0.9 - distance) / (space + 0.9) * 2.2
            sign = -1.0 if side > 0 else 1.0
            push_x += -ahead[1] * sign * strength
            push_y += ahead[0] * sign * strength
        far = max(self.distance_to(goal), 0.3)
        reach = min(far, 2.0) / far
        near = (self.place[0] + (goal[0] - self.place[0]) * reach, self.place[1] + (goal[1] - self.place[1]) * reach)
        return (near[0] + push_x, near[1] + push_y)

    def draw(self, image: Image, camera: Camera, light: Lighting) -> None:
        """Paints the body and what it carries."""
        body = self._seen_by(camera)
        tone = light.at(*self.place)
        if self.bag is not None and body.depth_J[skeleton.HAND_R] > body.depth_J[skeleton.PELVIS]:
            self.bag.paint(image, camera, tone)
        body.draw(image, tone)
        if self.bag is not None and body.depth_J[skeleton.HAND_R] <= body.depth_J[skeleton.PELVIS]:
            self.bag.paint(image, camera, tone)

    def shadow(self, mask: Image, light: Lighting, camera: Camera) -> None:
        """Adds the body's shadow to a mask."""
        self._seen_by(camera).shadow(mask, light.drop_3, camera)

    def _seen_by(self, camera: Camera) -> Body:
        """The body before the camera, worked out once a frame."""
        if self._body is None:
            self._body = Body.seen(camera, self.look, self._joints_J3)
        return self._body

    @property
    def head_place(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """World place of the head."""
        place: np.ndarray[tuple[int], np.dtype[np.float64]] = self._joints_J3[skeleton.HEAD_MIDDLE]
        return place
