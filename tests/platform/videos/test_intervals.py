"""Temporal intersection over union, by its edges and by anything that has edges."""

from dataclasses import dataclass

import pytest

from vigil.videos.intervals import overlap, temporal_iou


@dataclass(frozen=True)
class Stretch:
    start_ms: int
    end_ms: int


def test_intersection_over_union_of_intervals() -> None:
    assert temporal_iou(Stretch(0, 1000), Stretch(500, 1500)) == pytest.approx(1 / 3)
    assert temporal_iou(Stretch(0, 1000), Stretch(1000, 2000)) == 0.0
    assert overlap(0, 1000, 0, 1000) == 1.0
