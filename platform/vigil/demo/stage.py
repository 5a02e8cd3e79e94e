"""The stage of one video: who is on it, the clock, and what really happened when."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from vigil.demo.clock import DT_S
from vigil.demo.drawing.arrays import Image, Point2
from vigil.demo.drawing.camera import Camera
from vigil.demo.drawing.lighting import Lighting

if TYPE_CHECKING:
    from vigil.demo.people.person import Person
    from vigil.demo.scenes.scene import Scene
    from vigil.demo.vehicles.vehicle import Vehicle

Script = Generator[None, None, None]
"""What someone does, one step a frame."""


class Drawable(Protocol):
    """Anything that moves in front of the backdrop."""

    place: Point2
    reach_m: float
    """How far its picture, shadow included, may extend from its place."""

    def step(self) -> None:
        """One frame on."""

    def draw(self, image: Image, camera: Camera, light: Lighting) -> None:
        """Paints itself."""

    def shadow(self, mask: Image, light: Lighting, camera: Camera) -> None:
        """Adds its shadow to a mask."""


@dataclass
class Event:
    """An anomaly as it was really drawn."""

    label: str
    sentence: str
    start_s: float
    end_s: float | None = None
    """None while it lasts."""


@dataclass
class Stage:
    """Everything that changes while a video is drawn."""

    scene: Scene
    rng: np.random.Generator
    duration_s: float
    people: list[Person] = field(default_factory=list)
    vehicles: list[Vehicle] = field(default_factory=list)
    things: list[Drawable] = field(default_factory=list)
    directors: list[Script] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    closed_lanes: set[int] = field(default_factory=set)
    """Lanes that ordinary traffic keeps out of for now."""
    frame: int = 0
    """Negative while the scene fills up before the video begins."""

    @property
    def time_s(self) -> float:
        """Seconds since the first frame."""
        return self.frame * DT_S

    def step(self) -> None:
        """One frame on for everybody."""
        self.directors = [script for script in self.directors if _runs(script)]
        actors: list[Drawable] = [*self.people, *self.vehicles, *self.things]
        for actor in actors:
            actor.step()
        self.people = [person for person in self.people if not person.has_left]
        self.vehicles = [vehicle for vehicle in self.vehicles if not vehicle.has_left]
        self.frame += 1

    def begin(self, label: str, sentence: str) -> Event:
        """Notes that an anomaly starts at this frame."""
        event = Event(label, sentence, self.time_s)
        self.events.append(event)
        return event

    def finish(self, event: Event) -> None:
        """Notes that the anomaly is over at this frame."""
        event.end_s = self.time_s

    def sees(self, place: Point2, margin: float = 0.02) -> bool:
        """True where a place on the ground is inside the picture."""
        camera = self.scene.camera
        x, y, scale = camera.project_one((*place, 0.6))
        inside = -margin < x / camera.width < 1 + margin and -margin < y / camera.height < 1 + margin
        return inside and camera.focal * camera.width / scale > 1.0

    def wait(self, seconds: float) -> Script:
        """Lets time pass."""
        until = self.time_s + seconds
        while self.time_s < until:
            yield

    def wait_until(self, time_s: float) -> Script:
        """Lets time pass until a moment."""
        while self.time_s < time_s:
            yield


def _runs(script: Script) -> bool:
    """One step of a script; False once it has ended."""
    try:
        next(script)
    except StopIteration:
        return False
    return True
