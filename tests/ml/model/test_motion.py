import torch

from ml.model.motion import GRID, flow_kinds, flow_map, middle


def test_the_middle_ignores_one_cut_and_all_repeats():
    values = torch.tensor([[[1.0], [2.0], [900.0], [3.0], [0.0]]])
    is_repeat = torch.tensor([[False, False, False, False, True]])
    assert middle(values, is_repeat).tolist() == [[2.0]]
    assert middle(values, torch.ones(1, 5, dtype=torch.bool)).tolist() == [[0.0]]


def test_a_moving_camera_is_no_motion():
    flow = torch.full((2, 40, 40, 2), 0.3)
    kinds, _ = flow_kinds(flow, None)
    assert kinds.abs().max() < 1e-6


def test_motion_is_measured_where_it_happens_and_which_way():
    flow = torch.zeros(1, 40, 40, 2)
    flow[0, :10, 30:, 0] = 2.0
    kinds, _ = flow_kinds(flow, None)
    magnitude = kinds[0, 8].view(GRID, GRID)
    assert magnitude[0, 3] == 2.0
    assert magnitude.sum() == 2.0
    assert kinds[0, :8, 3].argmax() == 4  # to the right: angle 0 lies in the middle of eight
    right = flow_map(flow)[0, 0].view(GRID, GRID)
    assert right[0, 3] == 2.0


def test_the_change_of_magnitude_goes_over_the_border_of_chunks():
    moving = torch.zeros(4, 40, 40, 2)
    moving[2:, :5, :5] = 1.0
    whole, _ = flow_kinds(moving, None)
    first, last = flow_kinds(moving[:2], None)
    second, _ = flow_kinds(moving[2:], last)
    torch.testing.assert_close(torch.cat([first, second]), whole)
