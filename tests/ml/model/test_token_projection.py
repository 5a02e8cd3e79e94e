"""One basis for many tokens: standardised, most telling directions first, bounded, the same on every run."""

import pytest
import torch

from ml.errors import JobInvalid
from ml.model.backbone import TOKENS_GROUP
from ml.model.token_projection import ENOUGH_ROWS, OUTLIER, SharedProjection


def clips(count: int, seed: int = 0) -> torch.Tensor:
    """Two sources of variation, one three times the other, in twelve values; each place has a centre of its own."""
    generator = torch.Generator().manual_seed(seed)
    sources = torch.randn(count, 4, 2, generator=generator) * torch.tensor([3.0, 1.0])
    mixing = torch.zeros(2, 12)
    mixing[0, :8], mixing[1, 8:] = 1.0, 1.0
    centres = torch.arange(4.0)[:, None] * 10
    return sources @ mixing + centres + 0.01 * torch.randn(count, 4, 12, generator=generator)


def fitted(values: torch.Tensor, token_dim: int = 3) -> SharedProjection:
    projection = SharedProjection(tokens=4, width=12, token_dim=token_dim)
    projection.fit({TOKENS_GROUP: values})
    return projection


def test_tokens_have_the_wanted_width_and_no_centre() -> None:
    values = clips(200)
    tokens = fitted(values)({TOKENS_GROUP: values})
    assert tokens.shape == (200, 4, 3)
    torch.testing.assert_close(tokens.mean(0), torch.zeros(4, 3), atol=0.05, rtol=0)


def test_the_first_directions_hold_what_varies() -> None:
    values = clips(200)
    spreads = fitted(values)({TOKENS_GROUP: values}).flatten(0, 1).std(0)
    assert spreads[0] > spreads[1] > 10 * spreads[2]


def test_half_precision_of_the_store_gives_the_same_tokens() -> None:
    values = clips(50)
    projection = fitted(values, token_dim=2)
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
    broken = projection({TOKENS_GROUP: torch.full((1, 4, 12), 1e6)})
    assert broken.abs().max() <= OUTLIER * projection.basis_WD.abs().sum(0).max() + 1e-3


def test_more_clips_than_enough_are_thinned() -> None:
    projection = SharedProjection(tokens=4, width=12, token_dim=3)
    assert projection.enough_clips * 4 >= ENOUGH_ROWS
    many = clips(projection.enough_clips * 3)
    projection.fit({TOKENS_GROUP: many})
    chosen = torch.linspace(0, len(many) - 1, projection.enough_clips).round().long()
    assert torch.equal(projection.centre_TW, many[chosen].mean(0))


def test_few_clips_leave_directions_empty_and_one_is_refused() -> None:
    assert fitted(clips(2), token_dim=12).basis_WD.shape == (12, 12)
    with pytest.raises(JobInvalid, match="two clips"):
        fitted(clips(1))


def test_tokens_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="not \\(4, 12\\)"):
        fitted(clips(10))({TOKENS_GROUP: torch.zeros(2, 4, 13)})
