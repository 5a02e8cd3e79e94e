import math

import pytest
import torch

from ml.training.losses import (
    clip_cross_entropy,
    glance_loss,
    hard_negative_loss,
    mean_of_highest,
    mil_terms,
    published_mil_loss,
    published_terms,
)


def logits(*probabilities):
    """[1, C, 2] logits with these probabilities of abnormal."""
    odds = torch.logit(torch.tensor([probabilities]))
    return torch.stack([torch.zeros_like(odds), odds], -1)


def whole(clip_logits):
    return torch.ones(clip_logits.shape[:2], dtype=torch.bool)


def test_the_published_terms_by_hand():
    scores = logits(0.2, 0.8, 0.5)
    terms = mil_terms(scores, whole(scores), torch.tensor([1.0]), top_clips=1)
    assert terms["mil"] == pytest.approx(-math.log(0.8) * 0.8, rel=1e-5)
    assert terms["margin"] == pytest.approx((1 - 0.6) * 0.8, rel=1e-5)
    assert terms["smooth"] == pytest.approx(16 * (0.36 + 0.09) / 3, rel=1e-5)
    assert terms["sparse"] == pytest.approx(16 * 1.5 / 3, rel=1e-5)


def test_a_normal_video_wants_a_low_score_and_a_flat_curve():
    scores = logits(0.2, 0.8)
    terms = mil_terms(scores, whole(scores), torch.tensor([0.0]), top_clips=1)
    assert terms["mil"] == pytest.approx(-math.log(0.2) * 0.8, rel=1e-5)
    assert terms["margin"] == pytest.approx(0.6 * 0.8, rel=1e-5)


def test_padding_and_unknown_videos_change_nothing():
    known = logits(0.2, 0.8, 0.5)
    padded = torch.cat([torch.cat([known, torch.full((1, 2, 2), 9.0)], 1), torch.randn(1, 5, 2)])
    is_clip = torch.tensor([[True] * 3 + [False] * 2, [True] * 5])
    terms = mil_terms(padded, is_clip, torch.tensor([1.0, -1.0]), top_clips=1)
    alone = mil_terms(known, whole(known), torch.tensor([1.0]), top_clips=1)
    assert terms["mil"] == pytest.approx(float(alone["mil"]))
    assert terms["margin"] == pytest.approx(float(alone["margin"]))


def test_the_mean_of_the_highest_takes_what_there_is():
    odds = torch.tensor([[1.0, 5.0, 3.0], [2.0, 0.0, 0.0]])
    is_clip = torch.tensor([[True, True, True], [True, False, False]])
    assert mean_of_highest(odds, is_clip, 2).tolist() == [4.0, 2.0]
    assert mean_of_highest(odds, is_clip, 9).tolist() == [3.0, 2.0]


def test_clip_cross_entropy_counts_weighted_clips_only():
    scores = logits(0.9, 0.1, 0.5)
    loss = clip_cross_entropy(scores, torch.tensor([[1.0, 1.0, 0.0]]), torch.tensor([[1.0, 1.0, 0.0]]))
    assert loss == pytest.approx(-(math.log(0.9) + math.log(0.1)) / 2, rel=1e-5)
    assert clip_cross_entropy(scores, torch.zeros(1, 3), torch.zeros(1, 3)) == 0


def test_glances_pull_scores_up():
    loss = glance_loss(logits(0.9, 0.1), torch.tensor([[0.0, 1.0]]))
    assert loss == pytest.approx(-math.log(0.1), rel=1e-5)
    assert glance_loss(logits(0.9, 0.1), torch.zeros(1, 2)) == 0


def test_hard_negatives_are_the_highest_clips_of_normal_videos():
    scores = torch.cat([logits(0.9, 0.1), logits(0.3, 0.6)])
    loss = hard_negative_loss(scores, whole(scores), torch.tensor([0.0, 1.0]), top_clips=1)
    assert loss == pytest.approx(-math.log(0.4), rel=1e-5)


def probabilities_of_queries(*clips):
    """[1, C, Q, 2] logits with these probabilities of abnormal."""
    odds = torch.logit(torch.tensor([clips]))
    return torch.stack([torch.zeros_like(odds), odds], -1).requires_grad_()


def test_the_published_bundle_by_hand_with_queries():
    # Highest queries .5, .8, .3 on an abnormal video: c* is the second clip, m = .5.
    queries = probabilities_of_queries((0.5, 0.2), (0.1, 0.8), (0.3, 0.25))
    by_hand = -math.log(0.8) * 0.8 + 0.5 * 0.8 + 0.01 * (0.3**2 + 0.5**2) + 0.01 * 1.6
    assert published_mil_loss(queries, torch.tensor([1.0])).item() == pytest.approx(by_hand, rel=1e-5)
    # The same scores on a normal video: conf is still .8, the probability of the wrong class.
    by_hand = -math.log(0.2) * 0.8 + 0.5 * 0.8 + 0.01 * (0.3**2 + 0.5**2) + 0.01 * 1.6
    assert published_mil_loss(queries, torch.tensor([0.0])).item() == pytest.approx(by_hand, rel=1e-5)


def test_the_published_confidence_is_part_of_the_graph():
    # d/dx [-log p * p] with p = sigmoid(x): p (1 - p) (-log p - 1); were conf detached it would be -(1 - p) p.
    queries = probabilities_of_queries((0.8,))
    terms = published_terms(queries[:, :, 0], torch.ones(1, 1, dtype=torch.bool), torch.tensor([1.0]))
    (gradient,) = torch.autograd.grad(terms["mil"], queries)
    assert gradient[0, 0, 0, 1] == pytest.approx(0.8 * 0.2 * (-math.log(0.8) - 1), rel=1e-4)


def test_published_sums_are_over_clips_and_means_over_videos():
    two = torch.cat([logits(0.2, 0.8, 0.5), logits(0.4, 0.4, 0.9)])
    is_clip = torch.tensor([[True, True, True], [True, True, False]])
    terms = published_terms(two, is_clip, torch.tensor([1.0, -1.0]))
    assert terms["smooth"] == pytest.approx((0.36 + 0.09 + 0.0) / 2, rel=1e-5)
    assert terms["sparse"] == pytest.approx((1.5 + 0.8) / 2, rel=1e-5)
    assert terms["mil"] == pytest.approx(-math.log(0.8) * 0.8, rel=1e-5)
    assert terms["margin"] == pytest.approx((1 - 0.6) * 0.8, rel=1e-5)
