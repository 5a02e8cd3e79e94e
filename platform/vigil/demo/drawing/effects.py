"""Flames, smoke, sparks and dust, each a small particle or heat field with its own randomness."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np

from vigil.demo.clock import DT_S
from vigil.demo.drawing.arrays import Colour, Floats, Image, Point2
from vigil.demo.drawing.camera import Camera
from vigil.demo.drawing.lighting import Lighting
from vigil.demo.drawing.paint import glow, lit, soft_disc, stamp

SOFT = soft_disc()
WIDE = soft_disc(power=2.2)


def _puff(rng: np.random.Generator) -> Image:
    axis = np.linspace(-1, 1, 48)
    radius = np.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2)
    grid = cv2.resize(rng.normal(size=(7, 7)).astype(np.float32), (48, 48), interpolation=cv2.INTER_CUBIC)
    return (np.clip(1.05 - radius + 0.16 * grid, 0, 1) ** 1.2 * np.clip(2.2 - 2.2 * radius, 0, 1) * 255).astype(
        np.uint8
    )


def _flame_colours() -> Image:
    heat = np.linspace(0, 1, 256)
    red, green = np.clip(heat * 2.6, 0, 1), np.clip(heat * 2.0 - 0.45, 0, 1)
    blue = np.clip(heat * 2.2 - 1.35, 0, 1)
    return (np.stack([blue, green, red], axis=-1) * 255).astype(np.uint8)[:, None]


FLAME_COLOURS = _flame_colours()


@dataclass
class Puff:
    """One cloud of smoke."""

    x: float
    y: float
    z: float
    size_m: float
    age_s: float
    life_s: float
    kind: int


@dataclass
class Smoke:
    """Smoke or steam that rises from a place and spreads."""

    place: Point2
    base_m: float
    rng: np.random.Generator
    colour: Colour = (64, 64, 66)
    rate: float = 0.0
    """Puffs a second."""
    rise_mps: float = 1.3
    life_s: float = 3.4
    size_m: float = 0.7
    strength: float = 0.62
    puffs: list[Puff] = field(default_factory=list)
    reach_m: float = 9.0
    _due: float = 0.0

    def __post_init__(self) -> None:
        self._sprites = [_puff(self.rng) for _ in range(5)]

    def step(self) -> None:
        """Moves every puff on and lets new ones out."""
        self._due += self.rate * DT_S
        while self._due >= 1:
            self._due -= 1
            x, y = self.place[0] + self.rng.normal(0, 0.18), self.place[1] + self.rng.normal(0, 0.1)
            life = self.life_s * float(self.rng.uniform(0.7, 1.2))
            self.puffs.append(Puff(x, y, self.base_m, self.size_m, 0.0, life, int(self.rng.integers(5))))
        for puff in self.puffs:
            puff.age_s += DT_S
            puff.z += self.rise_mps * DT_S
            puff.x += (0.25 + 0.12 * math.sin(puff.age_s * 2 + puff.kind)) * DT_S * self.rise_mps
            puff.size_m += 0.75 * self.size_m * DT_S
        self.puffs = [puff for puff in self.puffs if puff.age_s < puff.life_s]

    def draw(self, image: Image, camera: Camera, light: Lighting) -> None:
        """Paints the puffs, old ones first."""
        if not self.puffs:
            return
        pixels, depth = camera.project(np.array([(p.x, p.y, p.z) for p in self.puffs]))
        tone = lit(self.colour, light.at(*self.place))
        for puff, (x, y), far in zip(self.puffs, pixels, depth, strict=True):
            share = puff.age_s / puff.life_s
            strength = self.strength * min(share * 6, 1) * (1 - share)
            size = puff.size_m * camera.focal * camera.width / far
            stamp(image, self._sprites[puff.kind], float(x), float(y), float(size) * 1.6, tone, strength)

    def shadow(self, mask: Image, light: Lighting, camera: Camera) -> None:
        """Smoke casts none."""


@dataclass
class Fire:
    """A fire with tongues of flame, a glow on its surroundings and sparks."""

    place: Point2
    base_m: float
    width_m: float
    rng: np.random.Generator
    size: float = 0.0
    """0 is out, 1 is in full blaze."""
    heat_HW: Floats = field(default_factory=lambda: np.zeros((56, 40)))
    reach_m: float = 9.0
    _flicker: float = 1.0

    def step(self) -> None:
        """Heat rises, cools and is fed at the foot."""
        if self.size <= 0.01:
            self.heat_HW[:] = 0
            return
        for _ in range(2):
            above = self.heat_HW[3:]
            sideways = int(self.rng.integers(-1, 2))
            moved = np.roll(above, sideways, axis=1)
            self.heat_HW[:-3] = np.clip(
                cv2.blur(moved, (3, 3)) * 1.0 - 0.016 - 0.02 * self.rng.random(moved.shape), 0, 1
            )
            columns = np.linspace(-1, 1, self.heat_HW.shape[1])
            bed = np.clip(1.15 - np.abs(columns) / (0.35 + 0.5 * self.size), 0, 1)
            spots = cv2.resize(self.rng.random((1, 9)), (self.heat_HW.shape[1], 1), interpolation=cv2.INTER_CUBIC)
            self.heat_HW[-3:] = np.clip(bed * (0.45 + 0.95 * spots), 0, 1)
        self._flicker = 0.7 * self._flicker + 0.3 * float(self.rng.uniform(0.65, 1.3))

    def draw(self, image: Image, camera: Camera, light: Lighting) -> None:
        """Paints glow, then flame."""
        if self.size <= 0.01:
            return
        x, y, scale = camera.project_one((*self.place, self.base_m))
        wide, high = self.width_m * scale * (0.45 + 0.6 * self.size), self.width_m * scale * (0.5 + 1.5 * self.size)
        reach = wide * (3.2 + 1.5 * self.size)
        bright = self.size * self._flicker * (1.25 if min(light.ambient) < 0.7 else 0.55)
        glow(image, WIDE, x, y, reach, reach * 0.62, (16 * bright, 62 * bright, 130 * bright))
        shown = cv2.resize(self.heat_HW, (max(int(wide), 4), max(int(high), 4)), interpolation=cv2.INTER_LINEAR)
        flame = cv2.applyColorMap(np.clip(shown * 255, 0, 255).astype(np.uint8), FLAME_COLOURS)
        left, top = round(x - flame.shape[1] / 2), round(y - flame.shape[0] + 2)
        rows, columns = image.shape[:2]
        x0, x1 = max(left, 0), min(left + flame.shape[1], columns)
        y0, y1 = max(top, 0), min(top + flame.shape[0], rows)
        if x0 < x1 and y0 < y1:
            part = flame[y0 - top : y1 - top, x0 - left : x1 - left]
            weight = np.clip(part[:, :, 2:3].astype(np.float32) / 200, 0, 1)
            region = image[y0:y1, x0:x1]
            region[:] = np.clip(region * (1 - 0.75 * weight) + part * 0.95, 0, 255).astype(np.uint8)

    def shadow(self, mask: Image, light: Lighting, camera: Camera) -> None:
        """Fire casts none."""


@dataclass
class Debris:
    """Fragments thrown over the ground by a blow; they slide and stay."""

    place: Point2
    rng: np.random.Generator
    count: int = 16
    towards: float = 0.0
    reach_m: float = 9.0

    def __post_init__(self) -> None:
        angle = self.towards + self.rng.normal(0, 0.9, self.count)
        speed = self.rng.uniform(0.8, 4.5, self.count)
        self._places = np.tile((*self.place, 0.5), (self.count, 1)).astype(float)
        self._speeds = np.column_stack(
            [np.cos(angle) * speed, np.sin(angle) * speed, self.rng.uniform(0.5, 3, self.count)]
        )
        self._sizes = self.rng.uniform(0.03, 0.10, self.count)
        self._tones = self.rng.uniform(30, 210, self.count)

    def step(self) -> None:
        """Flight, then rest."""
        self._places += self._speeds * DT_S
        self._speeds[:, 2] -= 9.8 * DT_S
        landed = self._places[:, 2] <= 0.02
        self._places[landed, 2] = 0.02
        self._speeds[landed] *= (0.7, 0.7, 0.0)

    def draw(self, image: Image, camera: Camera, light: Lighting) -> None:
        """Paints the fragments."""
        pixels, depth = camera.project(self._places)
        for (x, y), far, size, tone in zip(pixels, depth, self._sizes, self._tones, strict=True):
            radius = size * camera.focal * camera.width / far
            colour = lit((float(tone), float(tone), float(tone)), light.at(*self.place))
            cv2.circle(image, (round(x), round(y)), max(round(radius), 1), colour, -1)

    def shadow(self, mask: Image, light: Lighting, camera: Camera) -> None:
        """Too small to cast one."""
