import pytest
import torch

from ml.errors import JobInvalid
from ml.model.motion import GROUP_SIZES
from ml.model.projection import TokenProjection


def groups(clips, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return {name: torch.randn(clips, size, generator=generator) for name, size in GROUP_SIZES.items()}


def test_tokens_are_centred_and_the_same_on_every_run():
    one, other = TokenProjection(4), TokenProjection(4)
    one.fit(groups(40))
    other.fit(groups(40))
    tokens = one(groups(40))
    assert tokens.shape == (40, len(GROUP_SIZES), 4)
    assert torch.equal(tokens, other(groups(40)))
    assert tokens.mean(0).abs().max() < 0.2


def test_fewer_clips_than_directions_leave_the_rest_at_zero():
    projection = TokenProjection(8)
    projection.fit(groups(3))
    tokens = projection(groups(3))
    assert torch.isfinite(tokens).all()
    assert tokens[..., 2:].abs().max() == 0


def test_a_broken_clip_is_clamped():
    projection = TokenProjection(4)
    projection.fit(groups(40))
    wild = {name: values * 1e6 for name, values in groups(2).items()}
    assert projection(wild).abs().max() < 1e3


def test_one_clip_is_too_little():
    with pytest.raises(JobInvalid, match="at least two clips"):
        TokenProjection(4).fit(groups(1))
