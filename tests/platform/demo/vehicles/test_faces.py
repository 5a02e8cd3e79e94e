from __future__ import annotations

import numpy as np
import pytest

from vigil.demo.vehicles.faces import faces_of
from vigil.demo.vehicles.shapes import BUS, HATCHBACK, SEDAN, SUV, VAN, Shape


@pytest.mark.parametrize("shape", [SEDAN, HATCHBACK, SUV, VAN, BUS])
def test_every_panel_looks_outwards(shape: Shape) -> None:
    faces = faces_of(shape, 0.0, 0.0)
    middle = np.array([0.0, 0.0, 0.6])
    for index, role in enumerate(faces.roles):
        if role not in ("paint", "glass", "hub"):
            continue
        corners = faces.corners_V3[faces.starts[index] : faces.starts[index + 1]]
        outward = float(faces.normals_F3[index] @ (corners.mean(axis=0) - middle))
        assert outward > -0.35, (role, index)


def test_a_dent_shortens_the_nose_only() -> None:
    whole, dented = faces_of(SEDAN, 0.0, 0.0), faces_of(SEDAN, 0.5, 0.0)
    assert dented.corners_V3[:, 0].max() < whole.corners_V3[:, 0].max() - 0.25
    assert dented.corners_V3[:, 0].min() == pytest.approx(whole.corners_V3[:, 0].min())
