"""Surfaces seen from straight in front: asphalt, paving, brick, walls with windows."""

from __future__ import annotations

import cv2
import numpy as np

from vigil.demo.drawing.arrays import Colour, Floats, Image


def cloud(rng: np.random.Generator, height: int, width: int, coarsest: int = 4, octaves: int = 5) -> Floats:
    """Smooth noise (height, width) of mean 0 and about -1 to 1, patches of all sizes."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        cells = coarsest * 2**octave
        grid = rng.normal(size=(cells, cells)).astype(np.float32)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) * 0.55**octave
    return (total / 2.0).astype(np.float64)


def _speckled(rng: np.random.Generator, shape: tuple[int, int], colour: Colour, grain: float, patch: float) -> Image:
    height, width = shape
    tone = 1 + grain * rng.normal(size=shape) + patch * cloud(rng, height, width)
    surface: Image = np.clip(tone[:, :, None] * np.array(colour), 0, 255).astype(np.uint8)
    return surface


def asphalt(rng: np.random.Generator, height: int, width: int, colour: Colour = (92, 90, 88)) -> Image:
    """Road surface with grain, worn patches, cracks and oil stains."""
    surface = _speckled(rng, (height, width), colour, 0.07, 0.07)
    for _ in range(14):
        start = rng.uniform(0, (width, height))
        walk = np.cumsum(rng.normal(0, 9, (16, 2)) + rng.normal(0, 9, 2), axis=0) + start
        cv2.polylines(surface, [walk.astype(np.int32)], False, tuple(c * 0.72 for c in colour), 1, cv2.LINE_AA)
    for _ in range(16):
        x, y, size = int(rng.integers(width)), int(rng.integers(height)), int(rng.integers(5, 22))
        box = surface[max(y - size, 0) : y + size, max(x - size, 0) : x + size]
        stain = box.copy()
        middle = (min(x, size), min(y, size))
        cv2.ellipse(stain, middle, (size - 1, size // 2 + 1), 0, 0, 360, tuple(c * 0.6 for c in colour), -1)
        box[:] = cv2.addWeighted(box, 0.65, stain, 0.35, 0)
    return surface


def tiles(
    rng: np.random.Generator,
    height: int,
    width: int,
    step: int,
    colour: Colour = (150, 156, 160),
    contrast: float = 0.07,
) -> Image:
    """Square slabs `step` pixels wide, each of its own tone, with dark joints."""
    tones = 1 + contrast * rng.normal(size=(height // step + 1, width // step + 1))
    surface = _speckled(rng, (height, width), colour, 0.035, 0.05).astype(np.float64)
    surface *= np.kron(tones, np.ones((step, step)))[:height, :width, None]
    surface[::step] *= 0.74
    surface[:, ::step] *= 0.74
    return np.clip(surface, 0, 255).astype(np.uint8)


def bricks(rng: np.random.Generator, height: int, width: int, course: int, colour: Colour = (70, 84, 138)) -> Image:
    """Brickwork with courses `course` pixels high."""
    surface = _speckled(rng, (height, width), colour, 0.05, 0.08)
    joint = tuple(c * 0.45 + 70 for c in colour)
    for row in range(height // course + 1):
        top, offset = row * course, (row % 2) * course
        for left in range(-offset, width, course * 2):
            brick = surface[top : top + course, max(left, 0) : max(left + course * 2, 0)]
            brick[:] = np.clip(brick * (1 + 0.10 * rng.normal()), 0, 255).astype(np.uint8)
            cv2.line(surface, (left, top), (left, top + course), joint, 1)
        cv2.line(surface, (0, top), (width, top), joint, 1)
    return surface


def plaster(rng: np.random.Generator, height: int, width: int, colour: Colour) -> Image:
    """A painted wall, streaked and dirtier at its foot."""
    surface = _speckled(rng, (height, width), colour, 0.02, 0.05).astype(np.float64)
    streaks = cv2.GaussianBlur(rng.normal(size=(1, width)), (1, 1), 0) * 0.015
    foot = np.clip(np.linspace(-6, 1, height), 0, 1)[:, None] * 0.18
    return np.clip(surface * (1 + streaks - foot)[:, :, None], 0, 255).astype(np.uint8)


def corrugated(rng: np.random.Generator, height: int, width: int, step: int, colour: Colour) -> Image:
    """Ribbed sheet metal."""
    surface = _speckled(rng, (height, width), colour, 0.02, 0.06).astype(np.float64)
    ribs = 1 + 0.13 * np.sin(np.arange(width) * 2 * np.pi / step)
    return np.clip(surface * ribs[None, :, None], 0, 255).astype(np.uint8)


def add_window(wall: Image, left: int, top: int, width: int, height: int, glass: Colour, frame: Colour) -> None:
    """Paints a framed window with a reflection into a wall."""
    edge = max(width // 14, 2)
    cv2.rectangle(wall, (left - edge, top - edge), (left + width + edge, top + height + edge), frame, -1)
    pane = np.linspace(1.25, 0.75, height)[:, None, None] * np.array(glass)[None, None]
    wall[top : top + height, left : left + width] = np.clip(np.repeat(pane, width, axis=1), 0, 255).astype(np.uint8)
    box = wall[top : top + height, left : left + width]
    shine = np.array([(0, height * 0.7), (width * 0.6, 0), (width * 0.85, 0), (0, height)])
    overlay = box.copy()
    cv2.fillConvexPoly(overlay, shine.astype(np.int32), tuple(min(c * 1.5 + 30, 255) for c in glass))
    box[:] = cv2.addWeighted(box, 0.7, overlay, 0.3, 0)
    cv2.line(wall, (left + width // 2, top), (left + width // 2, top + height), frame, max(edge // 2, 1))


def add_text(wall: Image, words: str, left: int, baseline: int, size: float, colour: Colour) -> None:
    """Paints lettering into a wall."""
    cv2.putText(
        wall, words, (left, baseline), cv2.FONT_HERSHEY_DUPLEX, size, colour, max(round(size * 1.6), 1), cv2.LINE_AA
    )


def add_shutter(wall: Image, left: int, top: int, width: int, height: int, colour: Colour) -> None:
    """Paints a roller shutter or garage door into a wall."""
    box = wall[top : top + height, left : left + width]
    slats = 1 + 0.16 * np.sin(np.arange(box.shape[0]) * 2 * np.pi / max(height // 14, 4))
    box[:] = np.clip(slats[:, None, None] * np.array(colour)[None, None], 0, 255).astype(np.uint8)
    cv2.rectangle(wall, (left, top), (left + width, top + height), tuple(c * 0.5 for c in colour), max(width // 40, 2))
