"""One basis for many tokens: what is seen and what changes, bounded, the same on every run."""

import pytest
import torch

from ml.errors import JobInvalid, ProfileInvalid
from ml.model.backbone import TOKENS_GROUP
from ml.model.token_projection import ENOUGH_ROWS, MOMENTS, OUTLIER, SharedProjection, sight_and_change

PLACES, WIDTH = 2, 12


def clips(count: int, seed: int = 0, moving: float = 0.5) -> torch.Tensor:
    """Places that look alike at all moments, in two directions of twelve values, and move in a third; each place has a
    centre of its own."""
    generator = torch.Generator().manual_seed(seed)
    sources = torch.randn(count, 1, PLACES, 2, generator=generator) * torch.tensor([3.0, 1.0])
    mixing = torch.zeros(2, WIDTH)
    mixing[0, :6], mixing[1, 6:9] = 1.0, 1.0
    motion = torch.zeros(WIDTH)
    motion[9:] = moving
    values = sources @ mixing + torch.randn(count, MOMENTS, PLACES, 1, generator=generator) * motion
    values = values + torch.arange(float(PLACES))[:, None] * 10
    values = values + 0.01 * torch.randn(count, MOMENTS, PLACES, WIDTH, generator=generator)
    return values.reshape(count, MOMENTS * PLACES, WIDTH)


def fitted(values: torch.Tensor, token_dim: int = 3) -> SharedProjection:
    projection = SharedProjection(tokens=MOMENTS * PLACES, width=WIDTH, token_dim=token_dim)
    projection.fit({TOKENS_GROUP: values})
    return projection


def test_sight_is_the_mean_over_moments_and_change_the_size_of_the_steps_between_them() -> None:
    # One clip, two places, one value: place 0 goes 1, 2, 4, 1; place 1 rests at 7.
    values = torch.tensor([1.0, 7.0, 2.0, 7.0, 4.0, 7.0, 1.0, 7.0]).reshape(1, 8, 1)
    sight, change = sight_and_change(values)
    assert sight.flatten().tolist() == [2.0, 7.0]
    assert change.flatten().tolist() == [1.0, 0.0, 2.0, 0.0, 3.0, 0.0]


def test_tokens_have_the_wanted_width_and_no_centre() -> None:
    values = clips(200)
    tokens = fitted(values)({TOKENS_GROUP: values})
    assert tokens.shape == (200, MOMENTS * PLACES, 3)
    torch.testing.assert_close(tokens[:, :PLACES].mean(0), torch.zeros(PLACES, 3), atol=0.05, rtol=0)
    torch.testing.assert_close(tokens.mean((0, 1)), torch.zeros(3), atol=0.05, rtol=0)


def test_the_first_directions_hold_what_varies() -> None:
    values = clips(200)
    spreads = fitted(values)({TOKENS_GROUP: values})[:, :PLACES].flatten(0, 1).std(0)
    assert spreads[0] > spreads[1] > spreads[2]


def test_motion_shows_in_the_tokens_of_change_alone() -> None:
    projection = fitted(torch.cat([clips(100), clips(100, seed=1, moving=0.1)]))
    resting, moving = (projection({TOKENS_GROUP: clips(50, seed=2, moving=size)}) for size in (0.1, 0.5))
    apart = (moving - resting).mean(0).norm(dim=1)
    assert apart[PLACES:].min() > 5 * apart[:PLACES].max()


def test_half_precision_of_the_store_gives_the_same_tokens() -> None:
    # All of the values change by more than half precision rounds them.
    values = clips(50) + 0.2 * torch.randn(50, MOMENTS * PLACES, WIDTH, generator=torch.Generator().manual_seed(1))
    projection = fitted(values)
    whole, half = projection({TOKENS_GROUP: values}), projection({TOKENS_GROUP: values.half()})
    assert half.dtype == torch.float32
    torch.testing.assert_close(half, whole, atol=0.05, rtol=0.01)


def test_fitting_is_the_same_on_every_run_and_does_not_depend_on_the_random_state() -> None:
    torch.manual_seed(1)
    first = fitted(clips(60)).state_dict()
    torch.manual_seed(2)
    second = fitted(clips(60)).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_broken_clip_is_bounded() -> None:
    values = clips(100)
    projection = fitted(values)
    broken = values[:1].clone()
    broken[:, ::2] = 1e6
    tokens = projection({TOKENS_GROUP: broken})
    largest = max(part.basis_WD.abs().sum(0).max() for part in (projection.sight, projection.change))
    assert tokens.abs().max() <= OUTLIER * largest + 1e-3


def test_more_clips_than_enough_are_thinned() -> None:
    projection = SharedProjection(tokens=MOMENTS * PLACES, width=WIDTH, token_dim=3)
    assert projection.enough_clips * MOMENTS * PLACES >= ENOUGH_ROWS
    many = clips(projection.enough_clips * 3)
    projection.fit({TOKENS_GROUP: many})
    chosen = torch.linspace(0, len(many) - 1, projection.enough_clips).round().long()
    assert torch.equal(projection.sight.centre_PW, sight_and_change(many[chosen])[0].mean(0))


def test_few_clips_leave_directions_empty_and_one_is_refused() -> None:
    assert fitted(clips(2), token_dim=12).sight.basis_WD.shape == (12, 12)
    with pytest.raises(JobInvalid, match="two clips"):
        fitted(clips(1))


def test_tokens_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="not \\(8, 12\\)"):
        fitted(clips(10))({TOKENS_GROUP: torch.zeros(2, 8, 13)})
    with pytest.raises(ProfileInvalid, match="encoder.tokens 6 must be a multiple of 4"):
        SharedProjection(tokens=6, width=12, token_dim=3)
