"""Street furniture: benches, lamp posts, trees, bollards, bins, pillars, crates, signs."""

from __future__ import annotations

import numpy as np

from vigil.demo.drawing.arrays import Colour, Point2, Point3
from vigil.demo.drawing.backdrop import Backdrop
from vigil.demo.drawing.paint import shade
from vigil.demo.vehicles.mesh import Placed

METAL: Colour = (96, 92, 90)
WOOD: Colour = (52, 92, 138)
LEAVES: Colour = (48, 108, 72)


def bench(scene: Backdrop, place: Point2) -> None:
    """A bench facing the camera, 1.8 m wide."""
    x, y = place

    def paint(to: Backdrop) -> None:
        for side in (-0.75, 0.75):
            to.box((x + side - 0.04, y - 0.2, 0), (x + side + 0.04, y + 0.2, 0.42), METAL)
        to.box((x - 0.9, y + 0.20, 0.55), (x + 0.9, y + 0.25, 0.68), WOOD)
        to.box((x - 0.9, y + 0.20, 0.74), (x + 0.9, y + 0.25, 0.88), WOOD)
        to.box((x - 0.9, y - 0.22, 0.42), (x + 0.9, y + 0.2, 0.47), WOOD)

    scene.prop((x, y + 0.25), paint)


def bench_shadow(scene: Backdrop, place: Point2) -> None:
    """What the bench casts."""
    x, y = place
    scene.cast([(x - 0.9, y, 0.47), (x + 0.9, y, 0.47), (x - 0.9, y + 0.25, 0.88), (x + 0.9, y + 0.25, 0.88)])


def lamp_post(scene: Backdrop, place: Point2, height: float = 5.5, glowing: bool = False) -> None:
    """A street lamp with an arm towards the camera."""
    x, y = place

    def paint(to: Backdrop) -> None:
        to.rod((x, y, 0), (x, y, 0.7), 0.11, 0.09, METAL)
        to.rod((x, y, 0.5), (x, y, height), 0.07, 0.05, METAL)
        to.rod((x, y, height), (x, y - 1.0, height + 0.2), 0.05, 0.04, METAL)
        to.rod(
            (x, y - 0.8, height + 0.15), (x, y - 1.3, height + 0.2), 0.10, 0.08, (235, 250, 255) if glowing else METAL
        )

    scene.prop(place, paint)


def pole_shadow(scene: Backdrop, place: Point2, height: float = 5.5, radius: float = 0.07) -> None:
    """What a post casts."""
    x, y = place
    scene.cast([(x - radius, y, 0), (x + radius, y, 0), (x - radius, y, height), (x + radius, y, height)])


def tree(
    scene: Backdrop, place: Point2, rng: np.random.Generator, radius: float = 1.7, colour: Colour = LEAVES
) -> None:
    """A street tree: trunk in the picture, crown moving over it."""
    x, y = place
    scene.prop(place, lambda to: to.rod((x, y, 0), (x + 0.05, y, 2.6), 0.15, 0.09, (44, 62, 82)))
    scene.crown(place, (x, y, 2.5 + radius * 0.8), radius, colour, rng)


def tree_shadow(scene: Backdrop, place: Point2, radius: float = 1.7) -> None:
    """What a tree casts."""
    x, y = place
    turns = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ring: list[Point3] = [
        (x + radius * float(np.cos(t)), y, 2.5 + radius * 0.8 + radius * 0.85 * float(np.sin(t))) for t in turns
    ]
    scene.cast(ring)
    pole_shadow(scene, place, 2.6, 0.13)


def bollard(scene: Backdrop, place: Point2, colour: Colour = (60, 60, 62)) -> None:
    """A knee-high post with a bright band."""
    x, y = place

    def paint(to: Backdrop) -> None:
        to.rod((x, y, 0), (x, y, 0.85), 0.09, 0.08, colour)
        to.rod((x, y, 0.62), (x, y, 0.70), 0.095, 0.095, (210, 226, 232))

    scene.prop(place, paint)


def litter_bin(scene: Backdrop, place: Point2, colour: Colour = (62, 96, 56)) -> None:
    """A litter bin."""
    x, y = place

    def paint(to: Backdrop) -> None:
        to.box((x - 0.28, y - 0.28, 0.05), (x + 0.28, y + 0.28, 0.95), colour)
        to.box((x - 0.32, y - 0.32, 0.95), (x + 0.32, y + 0.32, 1.05), shade(colour, 0.7))

    scene.prop(place, paint)


def pillar(scene: Backdrop, place: Point2, height: float, colour: Colour, half: float = 0.3) -> None:
    """A square column with a dark foot."""
    x, y = place

    def paint(to: Backdrop) -> None:
        to.box((x - half, y - half, 0), (x + half, y + half, height), colour)
        to.box((x - half - 0.02, y - half - 0.02, 0), (x + half + 0.02, y + half + 0.02, 0.35), shade(colour, 0.5))

    scene.prop((x, y - half), paint)


def crates(scene: Backdrop, place: Point2, rng: np.random.Generator, across: int = 2, layers: int = 2) -> None:
    """A stack of crates or boxes on pallets."""
    x, y = place

    def paint(to: Backdrop) -> None:
        for layer in range(layers):
            for column in range(across - (layer > 0 and across > 1)):
                left = x + (column - across / 2) * 1.15 + layer * 0.3
                tone = shade((84, 128, 168), float(rng.uniform(0.75, 1.1)))
                low = layer * 1.05
                to.box((left, y - 0.5, low), (left + 1.05, y + 0.5, low + 0.14), shade(tone, 0.6))
                to.box((left, y - 0.5, low + 0.14), (left + 1.05, y + 0.5, low + 1.05), tone)
                to.face(
                    [
                        (left, y - 0.51, low + 0.52),
                        (left + 1.05, y - 0.51, low + 0.52),
                        (left + 1.05, y - 0.51, low + 0.58),
                        (left, y - 0.51, low + 0.58),
                    ],
                    shade(tone, 0.6),
                )

    scene.prop((x, y - 0.5), paint)


def crates_shadow(scene: Backdrop, place: Point2, across: int = 2, layers: int = 2) -> None:
    """What the stack casts."""
    x, y = place
    half, top = across * 0.57, layers * 1.05
    scene.cast([(x + a, y + b, z) for a in (-half, half) for b in (-0.5, 0.5) for z in (0.0, top)])


def sign(scene: Backdrop, place: Point2, colour: Colour, height: float = 2.4) -> None:
    """A traffic sign on a pole."""
    x, y = place

    def paint(to: Backdrop) -> None:
        to.rod((x, y, 0), (x, y, height), 0.035, 0.035, METAL)
        turns = np.linspace(0, 2 * np.pi, 12, endpoint=False)
        for size, tone in ((0.34, colour), (0.25, (226, 228, 230))):
            to.face([(x + size * float(np.cos(t)), y - 0.05, height + size * float(np.sin(t))) for t in turns], tone)

    scene.prop(place, paint)


def parked(scene: Backdrop, car: Placed) -> None:
    """A vehicle that stays where it is for the whole video."""

    def paint(to: Backdrop) -> None:
        before = to.canvas.copy()
        car.draw(to.canvas, to.camera, (1.0, 1.0, 1.0), to.light.sun_3)
        if to.mask is not None:
            to.mask[np.any(before != to.canvas, axis=2)] = 255

    scene.prop(car.place, paint)


def parked_shadow(scene: Backdrop, car: Placed) -> None:
    """What the parked vehicle casts."""
    car.shadow(scene.shade_mask, scene.light.drop_3, scene.camera)
    scene.cast(car.footprint(0.05))
