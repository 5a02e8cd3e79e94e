from __future__ import annotations

import numpy as np
import pytest

from vigil.demo.drawing.camera import Camera

CAMERA = Camera(480, 360, (1.0, -2.0, 5.0), 0.2, 0.4, 0.9)


def test_the_ground_under_a_pixel_is_seen_by_that_pixel() -> None:
    ground = CAMERA.ground_under_pixels()
    for column, row in ((30, 300), (240, 180), (450, 350)):
        x, y = ground[row, column]
        pixels, _ = CAMERA.project(np.array([(x, y, 0.0)]))
        assert pixels[0] == pytest.approx((column + 0.5, row + 0.5), abs=0.01)


def test_near_things_are_larger() -> None:
    near, far = CAMERA.project_one((1.0, 6.0, 0.0))[2], CAMERA.project_one((1.0, 16.0, 0.0))[2]
    assert near > 1.8 * far


def test_an_enlarged_camera_sees_the_same() -> None:
    point = np.array([(2.0, 9.0, 1.2)])
    assert CAMERA.enlarged(3).project(point)[0] == pytest.approx(CAMERA.project(point)[0] * 3)
