"""Where the light of a scene comes from, for the backdrop and for everything that moves in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vigil.demo.drawing.arrays import Colour, Floats


@dataclass(frozen=True)
class Lamp:
    """A pool of light on the ground."""

    x: float
    y: float
    radius_m: float
    colour: Colour
    """Light added in its middle, 1.0 a channel being daylight."""


@dataclass(frozen=True)
class Lighting:
    """Light that depends on the place alone."""

    ambient: Colour
    """1.0 a channel is plain daylight."""
    drop: tuple[float, float] = (0.5, 0.3)
    """How far, in metres of x and y, a shadow falls per metre of height."""
    shadow: float = 0.45
    """How much a shadow darkens."""
    lamps: tuple[Lamp, ...] = ()
    is_infrared: bool = False

    @cached_property
    def drop_3(self) -> Floats:
        """Carries a point one metre up to its shadow."""
        return np.array([self.drop[0], self.drop[1], -1.0])

    @cached_property
    def sun_3(self) -> Floats:
        """Unit vector towards the light."""
        sun = -self.drop_3
        return sun / float(np.linalg.norm(sun))

    def at(self, x: float, y: float) -> Colour:
        """Light at a place on the ground."""
        blue, green, red = self.ambient
        for lamp in self.lamps:
            share = 1 / (1 + ((x - lamp.x) ** 2 + (y - lamp.y) ** 2) / lamp.radius_m**2) ** 2
            blue, green, red = (
                blue + share * lamp.colour[0],
                green + share * lamp.colour[1],
                red + share * lamp.colour[2],
            )
        return (blue, green, red)

    def over(self, places_HW2: Floats) -> Floats:
        """Light at each pixel's place (height, width, 3)."""
        total = np.empty((*places_HW2.shape[:2], 3))
        total[:] = self.ambient
        for lamp in self.lamps:
            square = (places_HW2[:, :, 0] - lamp.x) ** 2 + (places_HW2[:, :, 1] - lamp.y) ** 2
            total += ((1 / (1 + square / lamp.radius_m**2)) ** 2)[:, :, None] * np.array(lamp.colour)
        return total
