import pytest
import torch

from ml.model.stored_tokens import StoredTokens


def test_tokens_go_through_unchanged_in_single_precision():
    tokens = torch.randn(3, 4, 6).half()
    projection = StoredTokens(tokens=4, token_dim=6)
    projection.fit({"tokens": tokens})
    out = projection({"tokens": tokens})
    assert out.dtype == torch.float32
    assert torch.equal(out, tokens.float())
    assert not list(projection.state_dict())


def test_tokens_of_another_backbone_are_refused():
    with pytest.raises(ValueError, match=r"clip tokens must be \[C, 4, 6\], not \(3, 8, 6\)"):
        StoredTokens(tokens=4, token_dim=6)({"tokens": torch.zeros(3, 8, 6)})
