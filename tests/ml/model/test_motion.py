import torch

from ml.model.encoder import EARLY_CHANNELS, HEAD_CHANNELS
from ml.model.motion import GROUP_SIZES, MotionMeter, differences, middle, on_cells

PICTURES = 16
FRAMES_PER_CLIP = 8


def early_maps(pictures, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.rand(pictures, channels, side, side, generator=generator)
        for channels, side in zip(EARLY_CHANNELS, (16, 8), strict=True)
    ]


def measured(early, is_new, *, cuts=()):
    """Groups of the clips of `early`, whose pictures come in chunks that end at `cuts`."""
    meter, parts = MotionMeter(), []
    edges = [0, *cuts, len(is_new)]
    for first, stop in zip(edges, edges[1:], strict=False):
        meter.add_head(torch.zeros((stop - first) // 2, HEAD_CHANNELS, 2, 2))
        meter.add_early([depth[first:stop] for depth in early], is_new[first:stop])
        parts.append(meter.take_clips(torch.zeros((stop - first) // 2, dtype=torch.bool), FRAMES_PER_CLIP))
    return {name: torch.cat([part[name] for part in parts]) for name in GROUP_SIZES}


def test_the_middle_ignores_one_cut_and_what_is_lacking():
    values = torch.tensor([[[1.0], [2.0], [900.0], [3.0], [torch.nan]]])
    assert middle(values).tolist() == [[2.0]]
    assert middle(torch.full((1, 5, 1), torch.nan)).tolist() == [[0.0]]


def test_even_motion_has_steps_but_no_jerk():
    even = torch.arange(4.0)[:, None, None, None].expand(4, 1, 1, 1)
    first, second = differences(even)
    assert first.flatten().tolist() == [1.0, 1.0, 1.0]
    assert second.flatten().tolist() == [0.0, 0.0]


def test_motion_to_and_fro_has_twice_the_jerk_of_its_steps():
    to_and_fro = torch.tensor([0.0, 1.0, 0.0, 1.0])[:, None, None, None]
    first, second = differences(to_and_fro)
    assert first.flatten().tolist() == [1.0, 1.0, 1.0]
    assert second.flatten().tolist() == [2.0, 2.0]


def test_what_happens_in_one_place_counts_by_that_place():
    maps = torch.zeros(1, 1, 40, 40)
    maps[0, 0, 10:15, 20:25] = 3.0
    cells = on_cells(maps)
    assert cells.shape == (1, 1, 64)
    assert cells.amax() == 3.0
    assert (cells > 0).sum() == 1


def test_a_shaken_place_shows_in_every_early_group():
    still = [torch.full((PICTURES, channels, 16, 16), 0.5) for channels in EARLY_CHANNELS]
    shaken = [depth.clone() for depth in still]
    for depth in shaken:
        depth[::2, :, 2:4, 2:4] += 1.0
    is_new = torch.ones(PICTURES, dtype=torch.bool)
    quiet, loud = measured(still, is_new), measured(shaken, is_new)
    for name in ("step", "jerk", "jerk_spread", "deep_jerk", "deep_jerk_spread"):
        assert quiet[name].abs().max() == 0
        assert loud[name].min() > 0
    torch.testing.assert_close(loud["jerk"], 2 * loud["step"])


def test_chunks_change_nothing():
    early = early_maps(3 * PICTURES)
    is_new = torch.ones(3 * PICTURES, dtype=torch.bool)
    is_new[[5, 15, 16, 17, 33]] = False
    whole, cut = measured(early, is_new), measured(early, is_new, cuts=(PICTURES, 2 * PICTURES))
    for name in GROUP_SIZES:
        assert torch.equal(whole[name], cut[name])


def test_repeated_pictures_are_as_good_as_absent():
    """A video of a low rate shows each picture several times: its motion goes from picture to picture."""
    early = early_maps(PICTURES // 2)
    twice = [depth.repeat_interleave(2, dim=0) for depth in early]
    is_new = torch.tensor([True, False] * (PICTURES // 2))
    jerk = differences(early[0])[1]
    expected = on_cells(jerk).amax(2).median(0).values
    torch.testing.assert_close(measured(twice, is_new)["jerk"][0], expected.half())


def test_a_video_of_one_picture_has_no_motion():
    is_new = torch.zeros(PICTURES, dtype=torch.bool)
    is_new[0] = True
    groups = measured(early_maps(PICTURES), is_new)
    assert {name: tuple(values.shape) for name, values in groups.items()} == {
        name: (1, size) for name, size in GROUP_SIZES.items()
    }
    assert groups["jerk"].abs().max() == 0 and groups["step"].abs().max() == 0
