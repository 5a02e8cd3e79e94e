import pytest
import torch

from ml.inference.own_normal import MOST_LISTED, against_own_normal, look, ordinary_clips

HERE, THERE = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])


def against(odds, looks, weight=0.5):
    centres = torch.arange(len(odds)) * 60_000.0  # so far apart that smoothing changes nothing
    return against_own_normal(torch.tensor(odds)[:, None, None], torch.stack(looks), centres, weight=weight).flatten()


def test_a_clip_is_compared_with_ordinary_clips_that_look_alike():
    compared = against([2.0, -1.0, 0.0, 6.0, -3.0, 6.0], [HERE, HERE, THERE, HERE, THERE, HERE])
    # Listed are the clips of -3, -1, 0 and 2; the likeness of HERE and THERE differs by a factor of exp(8).
    assert compared[3].item() == pytest.approx(6 - 0.5 * (2 - 1) / 2, abs=5e-3)
    assert compared[1].item() == pytest.approx(-1 - 0.5 * 2, abs=5e-3)  # it is not compared with itself
    assert compared[4].item() == pytest.approx(-3, abs=5e-3)


def test_without_weight_or_company_nothing_changes():
    assert against([1.0, 3.0], [HERE, THERE], weight=0.0).tolist() == [1.0, 3.0]
    assert against([1.5], [HERE]).tolist() == [1.5]


def test_two_thirds_are_ordinary_and_a_day_lists_no_more_than_a_few_hundred():
    assert ordinary_clips(torch.tensor([5.0, 1.0, 2.0, 9.0, 3.0, 4.0])).tolist() == [1, 2, 4, 5]
    listed = ordinary_clips(torch.rand(50_000, generator=torch.Generator().manual_seed(0)))
    assert len(listed) == MOST_LISTED
    assert listed.diff().min() > 0


def test_many_clips_are_compared_in_blocks_as_all_at_once(monkeypatch):
    generator = torch.Generator().manual_seed(1)
    odds, looks = torch.randn(40, 3, 2, generator=generator), look(torch.randn(40, 3, 4, generator=generator))
    centres = torch.arange(40) * 2000.0
    whole = against_own_normal(odds, looks, centres, weight=0.25)
    monkeypatch.setattr("ml.inference.own_normal.BLOCK_CLIPS", 7)
    torch.testing.assert_close(against_own_normal(odds, looks, centres, weight=0.25), whole)


def test_each_token_of_a_look_counts_the_same():
    tokens = torch.tensor([[[3.0, 0.0], [0.0, 0.1], [7.0, 7.0]]])
    torch.testing.assert_close(look(tokens), torch.tensor([[1.0, 0.0, 0.0, 1.0]]) / 2**0.5)
