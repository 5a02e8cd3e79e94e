from __future__ import annotations

from datetime import datetime

import numpy as np

from vigil.demo.film.sensor import Overlay, Sensor, vignette


def sensor(noise: float, is_infrared: bool) -> Sensor:
    overlay = Overlay("CAM 99 TEST", datetime(2026, 3, 1, 10, 0, 0))
    return Sensor(np.random.default_rng(0), 320, 240, overlay, noise, is_infrared, 0.0)


def test_planes_have_the_size_of_yuv_420() -> None:
    planes = sensor(2.0, False).expose(np.full((240, 320, 3), 120, np.uint8), 0.0)
    assert planes.shape == (360, 320)


def test_infrared_has_no_colour() -> None:
    red = np.zeros((240, 320, 3), np.uint8)
    red[:, :, 2] = 200
    assert (sensor(2.0, True).expose(red, 0.0)[240:] == 128).all()
    assert not (sensor(2.0, False).expose(red, 0.0)[240:] == 128).all()


def test_noise_differs_from_frame_to_frame() -> None:
    camera, still = sensor(4.0, False), np.full((240, 320, 3), 120, np.uint8)
    first, second = camera.expose(still, 0.0)[60:180].astype(int), camera.expose(still, 0.0)[60:180].astype(int)
    assert 2.0 < (first - second).std() < 12.0


def test_the_clock_runs() -> None:
    camera, still = sensor(0.0, False), np.full((240, 320, 3), 120, np.uint8)
    corner = (slice(0, 24), slice(160, 320))
    first, same, later = (camera.expose(still, at)[corner].astype(int) for at in (0.0, 0.9, 1.0))
    assert abs(first - same).max() < 20
    assert abs(first - later).max() > 100


def test_a_vignette_darkens_corners_only() -> None:
    picture = vignette(np.full((60, 80, 3), 200, np.uint8), 0.4)
    assert picture[30, 40, 0] >= 198
    assert picture[0, 0, 0] < 140
