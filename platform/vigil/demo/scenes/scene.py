"""What a camera scene offers: its view, its light, its ways and its places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from vigil.demo.drawing.arrays import Point2
from vigil.demo.drawing.backdrop import Backdrop
from vigil.demo.drawing.camera import Camera
from vigil.demo.drawing.lighting import Lighting

Route = tuple[Point2, ...]


@dataclass(frozen=True)
class Spot:
    """A place where something can happen, and the words for it in a sentence."""

    place: Point2
    words: str
    """With its preposition: near the bench."""


@dataclass(frozen=True)
class Seat:
    """A place to sit."""

    front: Point2
    seat: Point2
    facing: float


@dataclass(frozen=True)
class Lane:
    """A traffic lane in its direction of travel."""

    places: Route
    pace_mps: float
    words: str = "the street"


@dataclass(frozen=True)
class Scene:
    """One camera."""

    name: str
    """As burnt into the picture; also the group of its videos."""
    camera: Camera
    light: Lighting
    paint: Callable[[Backdrop, np.random.Generator], None]
    walks: tuple[Route, ...]
    """Ways that people take, each from one edge of the picture to another."""
    spots: tuple[Spot, ...]
    """Open ground for events."""
    lanes: tuple[Lane, ...] = ()
    seats: tuple[Seat, ...] = ()
    bays: tuple[Route, ...] = ()
    """Ways out of parking bays, from the bay to the lane."""
    obstacles: tuple[tuple[Point2, float], ...] = ()
    steam: tuple[Point2, ...] = ()
    """Vents and drains that steam at times."""
    burnable: tuple[tuple[Point2, float, float, str], ...] = ()
    """Place, height and width in metres, and words of what can burn."""
    queue: Point2 = (0.0, 0.0)
    """Where a car stops in the last lane."""
    posts: tuple[Spot, ...] = ()
    """What a car can hit, beside the lanes."""
    hour: int = 14
    headlights_on: bool = False
    noise: float = 3.0
    vignette: float = 0.28
    flicker: float = 0.0
    overlay: tuple[str, str] = ("top left", "top right")
    setting: str = field(default="the street")
    """For neutral sentences: across the car park."""
    crowd: float = 1.0
    """How busy it is."""
