"""A ground seen from above, painted in metres: surfaces, kerbs, lines, arrows, zebra crossings."""

from __future__ import annotations

import cv2
import numpy as np

from vigil.demo.drawing.arrays import Colour, Image, Point2
from vigil.demo.drawing.backdrop import Backdrop

WHITE: Colour = (188, 192, 192)


class GroundMap:
    """A map of `width` by `depth` metres whose near left corner is at (left, near)."""

    def __init__(self, surface: Image, px_per_m: float, left: float, near: float) -> None:
        self.image, self.px_per_m, self.left = surface, px_per_m, left
        self.far = near + surface.shape[0] / px_per_m

    @staticmethod
    def size(px_per_m: float, width: float, depth: float) -> tuple[int, int]:
        """Rows and columns of a map."""
        return round(depth * px_per_m), round(width * px_per_m)

    def pixel(self, place: Point2) -> tuple[int, int]:
        """Column and row of a place."""
        return round((place[0] - self.left) * self.px_per_m), round((self.far - place[1]) * self.px_per_m)

    def lay(self, low: Point2, high: Point2, surface: Image) -> None:
        """Covers a rectangle with a surface."""
        x0, y1 = self.pixel(low)
        x1, y0 = self.pixel(high)
        x0, y0 = max(x0, 0), max(y0, 0)
        box = self.image[y0:y1, x0:x1]
        box[:] = surface[: box.shape[0], : box.shape[1]]

    def rect(self, low: Point2, high: Point2, colour: Colour, wear: float = 0.0) -> None:
        """Fills a rectangle; `wear` lets the surface show through."""
        x0, y1 = self.pixel(low)
        x1, y0 = self.pixel(high)
        box = self.image[max(y0, 0) : y1, max(x0, 0) : x1]
        box[:] = (box * wear + np.array(colour) * (1 - wear)).astype(np.uint8)

    def line(
        self, start: Point2, end: Point2, colour: Colour = WHITE, width_m: float = 0.12, wear: float = 0.25
    ) -> None:
        """A painted line."""
        width = max(round(width_m * self.px_per_m), 1)
        (x0, y0), (x1, y1) = self.pixel(start), self.pixel(end)
        left, top = max(min(x0, x1) - width, 0), max(min(y0, y1) - width, 0)
        box = self.image[top : max(y0, y1) + width + 1, left : max(x0, x1) + width + 1]
        over = box.copy()
        cv2.line(over, (x0 - left, y0 - top), (x1 - left, y1 - top), colour, width, cv2.LINE_AA)
        box[:] = cv2.addWeighted(over, 1 - wear, box, wear, 0)

    def dashes(self, start: Point2, end: Point2, dash_m: float = 1.6, gap_m: float = 1.8) -> None:
        """A broken line."""
        whole = float(np.hypot(end[0] - start[0], end[1] - start[1]))
        along = ((end[0] - start[0]) / whole, (end[1] - start[1]) / whole)
        for at in np.arange(0, whole - dash_m, dash_m + gap_m):
            a, b = float(at), float(at + dash_m)
            self.line(
                (start[0] + along[0] * a, start[1] + along[1] * a), (start[0] + along[0] * b, start[1] + along[1] * b)
            )

    def zebra(self, low: Point2, high: Point2, across_x: bool, stripe_m: float = 0.5) -> None:
        """Crossing stripes in a rectangle, side by side along x (or along y)."""
        first, last = (low[0], high[0]) if across_x else (low[1], high[1])
        for at in np.arange(first, last - stripe_m / 2, stripe_m * 2):
            a, b = float(at), float(at + stripe_m)
            if across_x:
                self.rect((a, low[1]), (b, high[1]), WHITE, 0.2)
            else:
                self.rect((low[0], a), (high[0], b), WHITE, 0.2)

    def arrow(self, tip: Point2, direction: Point2, length_m: float = 2.2) -> None:
        """A lane arrow that ends at `tip`."""
        (x, y), (dx, dy) = tip, direction
        self.line((x - dx * length_m, y - dy * length_m), (x - dx * 0.6, y - dy * 0.6), width_m=0.18)
        head = [
            (x, y),
            (x - dx * 0.9 - dy * 0.4, y - dy * 0.9 + dx * 0.4),
            (x - dx * 0.9 + dy * 0.4, y - dy * 0.9 - dx * 0.4),
        ]
        cv2.fillConvexPoly(self.image, np.array([self.pixel(p) for p in head]), WHITE, cv2.LINE_AA)

    def spread(self, scene: Backdrop, haze: Colour | None = None) -> None:
        """Lays the map into a backdrop."""
        scene.ground(self.image, self.px_per_m, self.left, self.far, haze)
