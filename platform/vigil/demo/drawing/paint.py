"""Anti-aliased shapes in sub-pixel places, and soft blends."""

from __future__ import annotations

import math

import cv2
import numpy as np

from vigil.demo.drawing.arrays import Colour, Floats, Image

SHIFT = 4
SUBPIXELS = 1 << SHIFT
ARC_POINTS = 6
_ARC = np.linspace(-math.pi / 2, math.pi / 2, ARC_POINTS)


def fill(image: Image, pixels_N2: Floats, colour: Colour | float) -> None:
    """Fills a convex polygon, edges smooth."""
    points = (pixels_N2 * SUBPIXELS).astype(np.int32)
    cv2.fillConvexPoly(image, points, colour, cv2.LINE_AA, SHIFT)


def capsules(starts_N2: Floats, ends_N2: Floats, start_radii_N: Floats, end_radii_N: Floats) -> Floats:
    """Outlines (N, 12, 2) of tapered limbs with round ends."""
    along_N2 = ends_N2 - starts_N2
    angles_N1 = np.arctan2(along_N2[:, 1], along_N2[:, 0])[:, None]
    front_NA = angles_N1 + _ARC
    outline_NA2 = np.empty((len(starts_N2), 2 * ARC_POINTS, 2))
    front_NA2, back_NA2 = outline_NA2[:, :ARC_POINTS], outline_NA2[:, ARC_POINTS:]
    np.cos(front_NA, out=front_NA2[:, :, 0])
    np.sin(front_NA, out=front_NA2[:, :, 1])
    np.multiply(front_NA2, -start_radii_N[:, None, None], out=back_NA2)
    front_NA2 *= end_radii_N[:, None, None]
    front_NA2 += ends_N2[:, None]
    back_NA2 += starts_N2[:, None]
    return outline_NA2


def disc(image: Image, x: float, y: float, radius: float, colour: Colour | float) -> None:
    """Fills a circle, edge smooth."""
    centre = (round(x * SUBPIXELS), round(y * SUBPIXELS))
    cv2.circle(image, centre, max(round(radius * SUBPIXELS), 1), colour, -1, cv2.LINE_AA, SHIFT)


def shade(colour: Colour, gain: float) -> Colour:
    """The colour under more or less light."""
    return (min(colour[0] * gain, 255.0), min(colour[1] * gain, 255.0), min(colour[2] * gain, 255.0))


def lit(colour: Colour, light: Colour) -> Colour:
    """The colour under coloured light, 1.0 a channel being plain daylight."""
    return (min(colour[0] * light[0], 255.0), min(colour[1] * light[1], 255.0), min(colour[2] * light[2], 255.0))


def window(x: float, y: float, half_width: float, half_height: float, image: Image) -> tuple[slice, slice] | None:
    """Rows and columns of a box clipped to the image, or None outside it."""
    height, width = image.shape[:2]
    left, right = max(int(x - half_width), 0), min(int(x + half_width) + 1, width)
    top, bottom = max(int(y - half_height), 0), min(int(y + half_height) + 1, height)
    if left >= right or top >= bottom:
        return None
    return slice(top, bottom), slice(left, right)


def stamp(image: Image, sprite_HW: Image, x: float, y: float, size: float, colour: Colour, strength: float) -> None:
    """Blends a colour through a soft round sprite, `size` pixels wide, centred at x, y."""
    side = max(round(size), 3)
    left, top = round(x - side / 2), round(y - side / 2)
    height, width = image.shape[:2]
    x0, x1, y0, y1 = max(left, 0), min(left + side, width), max(top, 0), min(top + side, height)
    if x0 >= x1 or y0 >= y1:
        return
    alpha = cv2.resize(sprite_HW, (side, side))[y0 - top : y1 - top, x0 - left : x1 - left]
    weight = cv2.merge([alpha] * 3).astype(np.float32) * (strength / 255.0)
    region = image[y0:y1, x0:x1]
    region[:] = (region + weight * (np.array(colour, np.float32) - region)).astype(np.uint8)


def glow(image: Image, sprite_HW: Image, x: float, y: float, width: float, height: float, colour: Colour) -> None:
    """Adds light through a soft sprite stretched to width x height pixels, centred at x, y."""
    wide, high = max(round(width), 3), max(round(height), 3)
    left, top = round(x - wide / 2), round(y - high / 2)
    rows, columns = image.shape[:2]
    x0, x1, y0, y1 = max(left, 0), min(left + wide, columns), max(top, 0), min(top + high, rows)
    if x0 >= x1 or y0 >= y1:
        return
    alpha = cv2.resize(sprite_HW, (wide, high))[y0 - top : y1 - top, x0 - left : x1 - left]
    light = cv2.merge([cv2.convertScaleAbs(alpha, alpha=channel / 255.0) for channel in colour])
    region = image[y0:y1, x0:x1]
    cv2.add(region, light, dst=region)


def soft_disc(side: int = 64, power: float = 1.5) -> Image:
    """A round sprite, 255 in the middle and 0 at its edge."""
    axis = np.linspace(-1, 1, side)
    radius = np.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2)
    return (np.clip(1 - radius, 0, 1) ** power * 255).astype(np.uint8)
