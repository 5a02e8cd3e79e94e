"""Draws one body: limbs as tapered capsules in order of depth, and its shadow."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vigil.demo.drawing.arrays import Colour, Floats, Image
from vigil.demo.drawing.camera import Camera
from vigil.demo.drawing.paint import capsules, disc, fill, lit, shade
from vigil.demo.people import skeleton as sk
from vigil.demo.people.looks import Look

_LIMBS = np.array(
    [
        (sk.HIP_L, sk.KNEE_L), (sk.KNEE_L, sk.ANKLE_L), (sk.ANKLE_L, sk.TOE_L),
        (sk.HIP_R, sk.KNEE_R), (sk.KNEE_R, sk.ANKLE_R), (sk.ANKLE_R, sk.TOE_R),
        (sk.SHOULDER_L, sk.ELBOW_L), (sk.ELBOW_L, sk.HAND_L),
        (sk.SHOULDER_R, sk.ELBOW_R), (sk.ELBOW_R, sk.HAND_R),
        (sk.CHEST, sk.HEAD_MIDDLE),
    ]
)  # fmt: skip
_START_RADII = np.array([0.052, 0.040, 0.026, 0.052, 0.040, 0.026, 0.036, 0.030, 0.036, 0.030, 0.034])
_END_RADII = np.array([0.041, 0.029, 0.021, 0.041, 0.029, 0.021, 0.030, 0.021, 0.030, 0.021, 0.032])
_SHADOW_LIMBS = np.array(
    [(sk.HIP_L, sk.KNEE_L), (sk.KNEE_L, sk.ANKLE_L), (sk.HIP_R, sk.KNEE_R), (sk.KNEE_R, sk.ANKLE_R)]
)

DETAILED_FROM_PX_PER_M = 24.0
"""Smaller bodies go without hands and the light on the chest: nobody could see them."""


@dataclass(frozen=True)
class Body:
    """A body placed in front of a camera."""

    look: Look
    joints_J3: Floats
    pixels_J2: Floats
    depth_J: Floats
    px_per_m: float

    @classmethod
    def seen(cls, camera: Camera, look: Look, joints_J3: Floats) -> Body:
        """The body as a camera sees it."""
        pixels_J2, depth_J = camera.project(joints_J3)
        return cls(look, joints_J3, pixels_J2, depth_J, camera.focal * camera.width / float(depth_J[sk.PELVIS]))

    def draw(self, image: Image, light: Colour) -> None:
        """Paints the body."""
        unit = self.px_per_m * self.look.height_m
        outline_LA2 = capsules(
            self.pixels_J2[_LIMBS[:, 0]],
            self.pixels_J2[_LIMBS[:, 1]],
            _START_RADII * unit * self.look.build,
            _END_RADII * unit * self.look.build,
        )
        left_is_far = bool(self.depth_J[sk.SHOULDER_L] > self.depth_J[sk.SHOULDER_R])
        far, near = (0, 3) if left_is_far else (3, 0)
        far_arm, near_arm = (6, 8) if left_is_far else (8, 6)
        self._leg(image, outline_LA2, far, light, 0.78)
        self._arm(image, outline_LA2, far_arm, light, 0.80)
        self._leg(image, outline_LA2, near, light, 1.0)
        back_faces = bool(self.depth_J[sk.FACE] > self.depth_J[sk.HEAD_MIDDLE])
        if self.look.has_backpack and not back_faces:
            self._backpack(image, unit, light)
        self._torso(image, unit, light)
        fill(image, outline_LA2[10], lit(shade(self.look.skin, 0.85), light))
        if self.look.has_backpack and back_faces:
            self._backpack(image, unit, light)
        self._head(image, unit, light)
        self._arm(image, outline_LA2, near_arm, light, 1.06)

    def _leg(self, image: Image, outline_LA2: Floats, first: int, light: Colour, gain: float) -> None:
        cloth = lit(shade(self.look.trousers, gain), light)
        fill(image, outline_LA2[first + 2], lit((36, 36, 40), light))
        fill(image, outline_LA2[first + 1], shade(cloth, 0.92))
        fill(image, outline_LA2[first], cloth)

    def _arm(self, image: Image, outline_LA2: Floats, first: int, light: Colour, gain: float) -> None:
        sleeve = lit(shade(self.look.top, gain), light)
        skin = lit(shade(self.look.skin, gain), light)
        fill(image, outline_LA2[first + 1], skin if self.look.garment == "T-shirt" else shade(sleeve, 0.95))
        fill(image, outline_LA2[first], sleeve)
        if self.px_per_m < DETAILED_FROM_PX_PER_M:
            return
        hand = sk.HAND_L if first == 6 else sk.HAND_R
        radius = 0.026 * self.px_per_m * self.look.height_m
        disc(image, float(self.pixels_J2[hand, 0]), float(self.pixels_J2[hand, 1]), radius, skin)

    def _torso(self, image: Image, unit: float, light: Colour) -> None:
        cloth = lit(self.look.top, light)
        corners = self.pixels_J2[[sk.SHOULDER_L, sk.SHOULDER_R, sk.HIP_R, sk.HIP_L]]
        hem = 0.11 if self.look.garment == "coat" else 0.03
        down = (corners[[2, 3]] - corners[[1, 0]]) * hem / 0.3
        corners[[2, 3]] += down
        radii = np.array([0.036, 0.036, 0.052, 0.052]) * unit * self.look.build
        outline = _hull(corners, radii)
        if self.px_per_m < DETAILED_FROM_PX_PER_M:
            fill(image, outline, cloth)
            return
        fill(image, outline, shade(cloth, 0.90))
        middle = corners.mean(axis=0)
        lit_part = (outline - middle) * (0.62, 0.90) + middle + (0.022 * unit, -0.012 * unit)
        fill(image, lit_part, shade(cloth, 1.08))

    def _backpack(self, image: Image, unit: float, light: Colour) -> None:
        facing = self.joints_J3[sk.FACE] - self.joints_J3[sk.HEAD_MIDDLE]
        behind = -facing / (float(np.linalg.norm(facing)) or 1.0) * 0.10 * self.look.height_m
        share = (self.pixels_J2[sk.PELVIS] - self.pixels_J2[sk.CHEST]) / 0.29
        offset = behind[0] * self.px_per_m, -behind[2] * self.px_per_m
        top = self.pixels_J2[sk.CHEST] + offset
        radius = np.array([0.075 * unit])
        fill(image, capsules(top[None], (top + share * 0.17)[None], radius, radius)[0], lit(self.look.backpack, light))

    def _head(self, image: Image, unit: float, light: Colour) -> None:
        x, y = (float(v) for v in self.pixels_J2[sk.HEAD_MIDDLE])
        face_x, face_y = (float(v) for v in self.pixels_J2[sk.FACE])
        away = float(self.depth_J[sk.FACE] - self.depth_J[sk.HEAD_MIDDLE]) / (0.05 * self.look.height_m)
        radius = 0.061 * unit
        hair = lit(self.look.cap if self.look.has_cap else self.look.hair, light)
        neck_x, neck_y = (float(v) for v in self.pixels_J2[sk.NECK_TOP])
        if self.look.is_woman and not self.look.has_cap:
            fall = np.array([[x, y]]), np.array([[x * 0.35 + neck_x * 0.65, y * 0.35 + neck_y * 0.65]])
            fill(image, capsules(*fall, np.array([radius]), np.array([radius * 0.95]))[0], hair)
        disc(image, x, y, radius, hair)
        if away < 0.55:
            skin = lit(self.look.skin, light)
            visible = min(max((0.55 - away) / 1.1, 0.0), 1.0)
            shift_x, shift_y = (face_x - x) * 0.75, (face_y - y) * 0.75 + radius * 0.20
            disc(image, x + shift_x, y + shift_y, radius * (0.45 + 0.37 * visible), skin)

    def shadow(self, mask: Image, drop_3: Floats, camera: Camera) -> None:
        """Adds the body's cast shadow to a mask; `drop_3` is how far light carries a point per metre of height."""
        flat_J3 = self.joints_J3 + self.joints_J3[:, 2:3] * drop_3
        pixels_J2, _ = camera.project(flat_J3)
        unit = self.px_per_m * self.look.height_m
        pairs = _SHADOW_LIMBS
        radius = np.full(len(pairs), 0.040 * unit)
        for outline in capsules(pixels_J2[pairs[:, 0]], pixels_J2[pairs[:, 1]], radius, radius):
            fill(mask, outline, 255)
        trunk = pixels_J2[[sk.SHOULDER_L, sk.SHOULDER_R, sk.HIP_R, sk.HIP_L]]
        fill(mask, _hull(trunk, np.full(4, 0.04 * unit)), 255)
        disc(mask, float(pixels_J2[sk.HEAD_MIDDLE, 0]), float(pixels_J2[sk.HEAD_MIDDLE, 1]), 0.06 * unit, 255)


_RING = np.stack(
    [np.cos(np.linspace(0, 2 * np.pi, 8, endpoint=False)), np.sin(np.linspace(0, 2 * np.pi, 8, endpoint=False))], 1
)


def _hull(centres_N2: Floats, radii_N: Floats) -> Floats:
    """The outline around several discs."""
    points = (centres_N2[:, None] + _RING[None] * radii_N[:, None, None]).reshape(-1, 2)
    hull: Floats = cv2.convexHull(points.astype(np.float32))[:, 0].astype(np.float64)
    return hull
