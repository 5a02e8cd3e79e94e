"""The loss curve's geometry."""

import math

import pytest

from vigil.retraining.loss_curve import HEIGHT, PAD_BOTTOM, PAD_LEFT, PAD_RIGHT, PAD_TOP, WIDTH, loss_panels


def points_of(panel):
    return [tuple(float(part) for part in point.split(",")) for point in panel.path.split()]


def test_the_curve_runs_from_left_to_right_and_lower_losses_lie_lower():
    (panel,) = loss_panels({"phase1": [(1, 2.0), (2, 1.0), (3, 0.5)]})
    points = points_of(panel)
    assert [x for x, _ in points] == pytest.approx([PAD_LEFT, (PAD_LEFT + WIDTH - PAD_RIGHT) / 2, WIDTH - PAD_RIGHT])
    assert points[0][1] < points[1][1] < points[2][1]
    assert all(PAD_TOP <= y <= HEIGHT - PAD_BOTTOM for _, y in points)
    assert (panel.last_loss, panel.last_step, panel.last_at) == (0.5, 3, points[-1])


def test_one_point_and_a_flat_curve_are_drawn():
    one, flat = loss_panels({"phase1": [(5, 1.0)], "phase2": [(1, 0.0), (2, 0.0)]})
    assert len(points_of(one)) == 1
    assert len({y for _, y in points_of(flat)}) == 1
    assert len(one.step_ticks) == 1


def test_losses_that_are_no_number_are_left_out():
    assert loss_panels({"phase1": [(1, math.nan)], "phase2": []}) == []
    (panel,) = loss_panels({"phase1": [(1, math.inf), (2, 1.0)]})
    assert panel.last_loss == 1.0


def test_phases_keep_their_order():
    assert [one.phase for one in loss_panels({"phase2": [(1, 1.0)], "phase1": [(1, 1.0)]})] == ["phase2", "phase1"]
