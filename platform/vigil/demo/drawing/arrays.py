"""Names for the array types of the demo footage."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Image = NDArray[Any]
"""BGR image (height, width, 3), or one plane (height, width); uint8."""
Floats = NDArray[np.float64]
Colour = tuple[float, float, float]
"""Blue, green, red, 0 to 255."""
Point2 = tuple[float, float]
"""A place on the ground in metres: x to the right, y away from the camera."""
Point3 = tuple[float, float, float]
