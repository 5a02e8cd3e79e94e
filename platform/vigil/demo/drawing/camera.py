"""A fixed pinhole camera over a ground plane: metres in, pixels out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from vigil.demo.drawing.arrays import Floats, Point3

NEAR_M = 0.4


@dataclass(frozen=True)
class Camera:
    """Where a camera hangs and what it sees. World: x right, y away, z up, in metres."""

    width: int
    height: int
    eye: Point3
    yaw: float
    """Radians to the right of the y axis."""
    pitch: float
    """Radians below the horizon."""
    focal: float
    """Focal length in image widths: 1.0 is about 53 degrees across."""

    @cached_property
    def axes_33(self) -> Floats:
        """Rows: right, up and forward of the camera in the world."""
        sin_yaw, cos_yaw = math.sin(self.yaw), math.cos(self.yaw)
        sin_pitch, cos_pitch = math.sin(self.pitch), math.cos(self.pitch)
        return np.array(
            [
                (cos_yaw, -sin_yaw, 0.0),
                (sin_pitch * sin_yaw, sin_pitch * cos_yaw, cos_pitch),
                (cos_pitch * sin_yaw, cos_pitch * cos_yaw, -sin_pitch),
            ]
        )

    @cached_property
    def eye_3(self) -> Floats:
        """The camera's place as an array."""
        return np.array(self.eye)

    def project(self, points_N3: Floats) -> tuple[Floats, Floats]:
        """Pixels (N, 2) and depths in metres (N,) of world points."""
        seen_N3 = (points_N3 - self.eye_3) @ self.axes_33.T
        depth_N = np.maximum(seen_N3[:, 2], NEAR_M)
        scale_N = self.focal * self.width / depth_N
        pixels_N2 = np.empty((len(points_N3), 2))
        pixels_N2[:, 0] = self.width / 2 + seen_N3[:, 0] * scale_N
        pixels_N2[:, 1] = self.height / 2 - seen_N3[:, 1] * scale_N
        return pixels_N2, depth_N

    def project_one(self, point: Point3) -> tuple[float, float, float]:
        """Pixel x, pixel y and pixels per metre at a world point."""
        pixels_12, depth_1 = self.project(np.array([point]))
        return float(pixels_12[0, 0]), float(pixels_12[0, 1]), self.focal * self.width / float(depth_1[0])

    def enlarged(self, factor: int) -> Camera:
        """The same view with `factor` times as many pixels each way."""
        return replace(self, width=self.width * factor, height=self.height * factor)

    def ground_under_pixels(self) -> Floats:
        """World x and y of the ground seen by each pixel (height, width, 2); far away above the horizon."""
        columns_W = (np.arange(self.width) + 0.5 - self.width / 2) / (self.focal * self.width)
        rows_H = -(np.arange(self.height) + 0.5 - self.height / 2) / (self.focal * self.width)
        right_3, up_3, forward_3 = self.axes_33
        down_H = rows_H * up_3[2] + forward_3[2]
        reach_H = np.where(down_H < -1e-3, -self.eye[2] / np.minimum(down_H, -1e-3), 1e3)
        ground_HW2 = np.empty((self.height, self.width, 2))
        for axis in (0, 1):
            along_HW = rows_H[:, None] * up_3[axis] + forward_3[axis] + columns_W[None, :] * right_3[axis]
            ground_HW2[:, :, axis] = self.eye[axis] + along_HW * reach_H[:, None]
        return ground_HW2
