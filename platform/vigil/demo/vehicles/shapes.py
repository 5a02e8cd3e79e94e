"""The kinds of vehicles: outlines in metres and paint colours."""

from __future__ import annotations

from dataclasses import dataclass

from vigil.demo.drawing.arrays import Colour, Point2

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
