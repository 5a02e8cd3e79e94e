"""The still part of a scene: ground, walls and props painted once, and what can hide those who walk behind it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from vigil.demo.drawing.arrays import Colour, Floats, Image, Point2, Point3
from vigil.demo.drawing.camera import Camera
from vigil.demo.drawing.lighting import Lighting
from vigil.demo.drawing.paint import capsules, fill, shade

FACTOR = 2
"""The backdrop is painted this much larger and reduced, which smooths every edge."""
SWAY_PHASES = 16


@dataclass(frozen=True)
class Occluder:
    """A prop of the backdrop that is put back over whatever passed behind it."""

    depth_m: float
    rows: slice
    columns: slice
    alphas: tuple[Image, ...]
    """How much it covers, by phase of the wind; one for a prop that stands still."""
    swaying: tuple[Image, ...] = ()
    """For a tree crown: its own pixels by phase of the wind; empty for a prop that is part of the picture."""


class Backdrop:
    """Paints a scene's picture, far things first."""

    def __init__(self, camera: Camera, light: Lighting) -> None:
        self.small, self.camera, self.light = camera, camera.enlarged(FACTOR), light
        shape = (self.camera.height, self.camera.width)
        self.canvas: Image = np.full((*shape, 3), (196, 184, 172), np.uint8)
        self.places_HW2 = self.camera.ground_under_pixels()
        self.shade_mask: Image = np.zeros(shape, np.uint8)
        self.mask: Image | None = None
        self._masks: list[tuple[float, Image]] = []
        self._crowns: list[tuple[float, Image, Image]] = []

    def sky(self, top: Colour, bottom: Colour) -> None:
        """Fills everything with a vertical gradient; paint it first."""
        share = np.linspace(0, 1, self.camera.height)[:, None, None]
        self.canvas[:] = (np.array(top) * (1 - share) + np.array(bottom) * share).astype(np.uint8)

    def ground(self, texture: Image, px_per_m: float, left: float, far: float, haze: Colour | None = None) -> None:
        """Lays a map seen from above; its first column is at x = left and its first row at y = far."""
        columns = ((self.places_HW2[:, :, 0] - left) * px_per_m).astype(np.float32)
        rows = ((far - self.places_HW2[:, :, 1]) * px_per_m).astype(np.float32)
        laid = cv2.remap(texture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        seen = self.places_HW2[:, :, 1] < far
        self.canvas[seen] = laid[seen]
        if haze is not None:
            share = np.clip((self.places_HW2[:, :, 1] - 18) / 60, 0, 0.5)[:, :, None]
            mixed = self.canvas * (1 - share) + np.array(haze) * share
            self.canvas[seen] = mixed.astype(np.uint8)[seen]

    def wall(self, left: Point2, right: Point2, height: float, texture: Image, base: float = 0.0) -> None:
        """Stands a picture upright between two places on the ground, left and right as the camera sees it."""
        corners = np.array([(*left, base + height), (*right, base + height), (*right, base), (*left, base)])
        pixels, _ = self.camera.project(corners)
        rows, columns = texture.shape[:2]
        source = np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)], np.float32)
        warp = cv2.getPerspectiveTransform(source, pixels.astype(np.float32))
        size = (self.camera.width, self.camera.height)
        painted = cv2.warpPerspective(texture, warp, size, flags=cv2.INTER_AREA)
        mask = np.zeros(self.canvas.shape[:2], np.uint8)
        cv2.fillConvexPoly(mask, np.round(pixels).astype(np.int32), 255)
        inside = mask > 0
        self.canvas[inside] = painted[inside]
        foot = np.array([[(left, right), (left, right)]], np.float32)[0]
        where = cv2.warpPerspective(cv2.resize(foot, (columns, rows)), warp, size)
        self.places_HW2[inside] = where[inside]
        if self.mask is not None:
            self.mask[inside] = 255

    def face(self, points: list[Point3] | Floats, colour: Colour) -> None:
        """A flat convex polygon."""
        pixels, _ = self.camera.project(np.asarray(points, float))
        self._polygon(pixels, colour)

    def rod(self, start: Point3, end: Point3, start_radius: float, end_radius: float, colour: Colour) -> None:
        """A round bar, pole or cable, with a lighter side."""
        pixels, depth = self.camera.project(np.array([start, end]))
        scale = self.camera.focal * self.camera.width / depth
        radii = np.array([start_radius, end_radius]) * scale
        for gain, size, offset in ((0.82, 1.0, 0.0), (1.1, 0.5, -0.3)):
            moved = pixels + np.column_stack([radii * offset, np.zeros(2)])
            outline = capsules(moved[:1], moved[1:], radii[:1] * size, radii[1:] * size)[0]
            self._polygon(outline, shade(colour, gain))

    def box(self, low: Point3, high: Point3, colour: Colour, heading: float = 0.0) -> None:
        """An upright box; the faces turned to the camera are painted."""
        (x0, y0, z0), (x1, y1, z1) = low, high
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        sin, cos = math.sin(heading), math.cos(heading)
        plan = [(x - middle[0], y - middle[1]) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
        turned = [(middle[0] + a * cos - b * sin, middle[1] + a * sin + b * cos) for a, b in plan]
        for (ax, ay), (bx, by) in zip(turned, turned[1:] + turned[:1], strict=True):
            normal = np.array([by - ay, ax - bx])
            if float(normal @ (self.camera.eye_3[:2] - (ax, ay))) <= 0:
                continue
            gain = 0.72 + 0.28 * max(float(normal @ self.light.sun_3[:2]) / float(np.linalg.norm(normal) or 1), 0)
            self.face([(ax, ay, z0), (bx, by, z0), (bx, by, z1), (ax, ay, z1)], shade(colour, gain))
        self.face([(x, y, z1) for x, y in turned], shade(colour, 1.08))

    def cast(self, points: list[Point3] | Floats) -> None:
        """Darkens the ground where the hull of solid points casts its shadow."""
        solid = np.asarray(points, float)
        pixels, _ = self.camera.project(solid + solid[:, 2:3] * self.light.drop_3)
        cv2.fillConvexPoly(self.shade_mask, cv2.convexHull(np.round(pixels).astype(np.int32)), 255)

    def settle_shadows(self, softness: float = 3.0) -> None:
        """Applies the cast shadows; call it between the ground and the props."""
        soft = cv2.GaussianBlur(self.shade_mask, (0, 0), softness).astype(np.float32) / 255 * self.light.shadow
        self.canvas = (self.canvas * (1 - soft[:, :, None])).astype(np.uint8)
        self.shade_mask[:] = 0

    def prop(self, anchor: Point2, paint: Callable[[Backdrop], None]) -> None:
        """Paints something that stands at `anchor` and hides what is behind it."""
        self.mask = np.zeros(self.canvas.shape[:2], np.uint8)
        paint(self)
        self.places_HW2[self.mask > 0] = anchor
        self._masks.append((self._depth(anchor), self.mask))
        self.mask = None

    def crown(self, anchor: Point2, centre: Point3, radius: float, colour: Colour, rng: np.random.Generator) -> None:
        """A tree's leaves, which move in the wind."""
        pixels = np.zeros_like(self.canvas)
        alpha = np.zeros(self.canvas.shape[:2], np.uint8)
        x, y, scale = self.camera.project_one(centre)
        size = radius * scale
        light = self.light.at(*anchor)
        for share in np.linspace(0, 1, 340):
            angle, reach = rng.uniform(0, 2 * math.pi), math.sqrt(rng.uniform()) * 0.92
            px, py = x + math.cos(angle) * reach * size, y + math.sin(angle) * reach * size * 0.85
            gain = (0.55 + 0.55 * share) * rng.uniform(0.8, 1.15) * (1.0 - 0.25 * math.sin(angle) * reach)
            tone = tuple(min(c * gain * k, 255) for c, k in zip(colour, light, strict=True))
            leaf = int(size * rng.uniform(0.07, 0.15)) + 1
            cv2.circle(pixels, (int(px), int(py)), leaf, tone, -1)
            cv2.circle(alpha, (int(px), int(py)), leaf, 255, -1)
        self._crowns.append((self._depth(anchor), pixels, alpha))

    def finish(self) -> tuple[Image, tuple[Occluder, ...]]:
        """The picture under the scene's light, reduced to the camera's size, and its occluders."""
        size = (self.small.width, self.small.height)
        light = cv2.resize(self.light.over(self.places_HW2[::4, ::4]), (self.camera.width, self.camera.height))
        lit = np.clip(self.canvas * light, 0, 255).astype(np.uint8)
        picture = cv2.resize(lit, size, interpolation=cv2.INTER_AREA)
        occluders = [found for depth, mask in self._masks if (found := self._occluder(depth, mask)) is not None]
        for depth, pixels, alpha in self._crowns:
            occluders.append(self._swaying(depth, pixels, alpha))
        return picture, tuple(occluders)

    def _occluder(self, depth: float, mask: Image) -> Occluder | None:
        alpha = cv2.resize(mask, (self.small.width, self.small.height), interpolation=cv2.INTER_AREA)
        x, y, wide, high = cv2.boundingRect(alpha)
        if wide == 0:
            return None
        rows, columns = slice(y, y + high), slice(x, x + wide)
        return Occluder(depth, rows, columns, (alpha[rows, columns],))

    def _swaying(self, depth: float, pixels: Image, alpha: Image) -> Occluder:
        x, y, wide, high = cv2.boundingRect(alpha)
        pad = 12
        top, left = max(y - pad, 0) // FACTOR * FACTOR, max(x - pad, 0) // FACTOR * FACTOR
        bottom = min(y + high + pad, self.camera.height) // FACTOR * FACTOR
        right = min(x + wide + pad, self.camera.width) // FACTOR * FACTOR
        pixels, alpha = pixels[top:bottom, left:right], alpha[top:bottom, left:right]
        size = ((right - left) // FACTOR, (bottom - top) // FACTOR)
        shown: list[Image] = []
        through: list[Image] = []
        for phase in range(SWAY_PHASES):
            turn = 2 * math.pi * phase / SWAY_PHASES
            shear, foot = 0.028 * math.sin(turn), float(y + high - top)
            move = np.array([[1, -shear, shear * foot], [0.006 * math.sin(2 * turn), 1, 0]], np.float32)
            for source, kept in ((pixels, shown), (alpha, through)):
                bent = cv2.warpAffine(source, move, (right - left, bottom - top))
                kept.append(cv2.resize(bent, size, interpolation=cv2.INTER_AREA))
        rows, columns = slice(top // FACTOR, bottom // FACTOR), slice(left // FACTOR, right // FACTOR)
        return Occluder(depth, rows, columns, tuple(through), tuple(shown))

    def _polygon(self, pixels: Floats, colour: Colour) -> None:
        fill(self.canvas, pixels, colour)
        if self.mask is not None:
            fill(self.mask, pixels, 255)

    def _depth(self, anchor: Point2) -> float:
        return float(self.camera.project(np.array([(*anchor, 0.0)]))[1][0])
