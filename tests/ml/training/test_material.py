import pytest
import torch

from ml.data.feature_entry import ClipFeatures
from ml.data.feature_store import FeatureStore
from ml.training import material
from ml.training.material import StoredClipTokens, fit_projection

TOKENS, WIDTH = 6, 5


@pytest.fixture
def stored(tmp_path):
    """Two videos of 7 and 40 clips."""
    store = FeatureStore(tmp_path, identity="test", group_shapes={"tokens": (TOKENS, WIDTH)})
    generator = torch.Generator().manual_seed(0)
    for name, clips in (("short", 7), ("long", 40)):
        starts = tuple(range(0, clips * 2000, 2000))
        groups = {"tokens": torch.randn(clips, TOKENS, WIDTH, generator=generator)}
        store.write(name, ClipFeatures(groups, starts, tuple(start + 2000 for start in starts)))
    return [store.open("short"), store.open("long")]


class Fitted(torch.nn.Module):
    """Remembers what it was fitted to."""

    def __init__(self, enough_clips=None):
        super().__init__()
        self.register_buffer("centre", torch.zeros(WIDTH))
        if enough_clips:
            self.enough_clips = enough_clips

    def fit(self, groups_NK):
        self.seen = groups_NK["tokens"]

    def forward(self, groups_CK):
        return groups_CK["tokens"] * 2


def test_tokens_are_read_by_the_clip_and_whole(stored):
    tokens = StoredClipTokens(stored[1], Fitted())
    assert len(tokens) == 40
    index = torch.tensor([0, 3, 39])
    assert torch.equal(tokens[index], stored[1].chosen(index)["tokens"] * 2)
    assert torch.equal(tokens.whole(), stored[1].clips(0, 40)["tokens"] * 2)


def test_a_projection_is_fitted_to_all_clips_or_evenly_to_as_many_as_it_needs(stored, monkeypatch):
    whole = torch.cat([each.whole().groups["tokens"] for each in stored])
    everything = Fitted()
    fit_projection(everything, stored)
    assert torch.equal(everything.seen, whole)
    some = Fitted(enough_clips=12)
    fit_projection(some, stored)
    assert torch.equal(some.seen, whole[::3])
    monkeypatch.setattr(material, "FIT_BYTES", 23 * 4 * TOKENS * WIDTH)
    bounded = Fitted()
    fit_projection(bounded, stored)
    assert torch.equal(bounded.seen, whole[::2])


def test_a_projection_with_nothing_to_learn_is_left_alone(stored):
    class Plain(torch.nn.Module):
        def fit(self, groups_NK):
            raise AssertionError("nothing to fit")

    fit_projection(Plain(), stored)


def test_a_projection_is_fitted_evenly_to_more_videos_than_clips_that_it_needs(tmp_path):
    store = FeatureStore(tmp_path, identity="test", group_shapes={"tokens": (TOKENS, WIDTH)})
    lengths = [5, 4, 9, 5, 5, 6, 2, 4]
    for video, clips in enumerate(lengths):
        starts = tuple(range(0, clips * 2000, 2000))
        values = torch.tensor([100.0 * video + clip for clip in range(clips)])
        groups = {"tokens": values[:, None, None].expand(clips, TOKENS, WIDTH).contiguous()}
        store.write(f"v{video}", ClipFeatures(groups, starts, tuple(start + 2000 for start in starts)))
    some = Fitted(enough_clips=6)
    fit_projection(some, [store.open(f"v{video}") for video in range(len(lengths))])
    everything = [100.0 * video + clip for video, clips in enumerate(lengths) for clip in range(clips)]
    assert some.seen[:, 0, 0].tolist() == everything[::6]
