from __future__ import annotations

import math

import pytest

from vigil.demo.vehicles.path import Path


def test_a_straight_path_is_measured_in_metres() -> None:
    path = Path(((0.0, 0.0), (0.0, 10.0)))
    assert path.length_m == pytest.approx(10.0)
    assert path.place(4.0) == pytest.approx((0.0, 4.0))
    assert path.heading(4.0) == pytest.approx(math.pi / 2)
    assert path.place(12.0) == pytest.approx((0.0, 12.0))


def test_corners_are_rounded() -> None:
    path = Path(((0.0, 0.0), (10.0, 0.0), (10.0, 10.0)))
    assert path.length_m < 20.0
    turns = [path.heading(at) for at in (1.0, 9.0, 18.0)]
    assert turns[0] == pytest.approx(0.0) and turns[2] == pytest.approx(math.pi / 2, abs=0.05)
    assert 0.1 < turns[1] < math.pi / 2 - 0.1


def test_the_nearest_place_and_its_distance() -> None:
    at_m, off_m = Path(((0.0, 0.0), (20.0, 0.0))).nearest((6.0, 2.5))
    assert at_m == pytest.approx(6.0)
    assert off_m == pytest.approx(2.5)
