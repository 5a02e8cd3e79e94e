"""A smooth way over the ground, looked up by distance."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from vigil.demo.drawing.arrays import Point2


class Path:
    """A line through given places with rounded corners."""

    def __init__(self, places: Sequence[Point2], rounding: int = 3) -> None:
        points = np.array(places, float)
        for _ in range(rounding):
            if len(points) > 2:
                first, second = points[:-1] * 0.75 + points[1:] * 0.25, points[:-1] * 0.25 + points[1:] * 0.75
                points = np.vstack([points[:1], np.stack([first, second], axis=1).reshape(-1, 2), points[-1:]])
        steps = np.hypot(*np.diff(points, axis=0).T)
        self._points, self._at = points, np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def length_m(self) -> float:
        """From end to end."""
        return float(self._at[-1])

    def place(self, distance_m: float) -> Point2:
        """The place after a distance; straight on beyond the ends."""
        if distance_m > self.length_m:
            (x, y), heading, over = self._points[-1], self.heading(self.length_m), distance_m - self.length_m
            return (float(x) + math.cos(heading) * over, float(y) + math.sin(heading) * over)
        return (
            float(np.interp(distance_m, self._at, self._points[:, 0])),
            float(np.interp(distance_m, self._at, self._points[:, 1])),
        )

    def heading(self, distance_m: float) -> float:
        """The direction of travel at a distance."""
        behind = min(max(distance_m, 0.05), self.length_m) - 0.05
        x0, y0 = self.place(behind)
        x1, y1 = self.place(min(behind + 0.1, self.length_m))
        return math.atan2(y1 - y0, x1 - x0)

    def nearest(self, place: Point2) -> tuple[float, float]:
        """Distance along the path of its nearest point, and how far off that is."""
        samples = np.arange(0, self.length_m, 0.5)
        xs, ys = np.interp(samples, self._at, self._points[:, 0]), np.interp(samples, self._at, self._points[:, 1])
        off = np.hypot(xs - place[0], ys - place[1])
        best = int(off.argmin())
        return float(samples[best]), float(off[best])
