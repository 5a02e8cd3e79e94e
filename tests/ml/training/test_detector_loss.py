"""Every rung of the cost ladder in one batch, against the same sums in plain Python."""

import dataclasses
import math

import pytest
import torch

from ml.contracts import Glance, LabelledSegment, TrainingVideo, Verdict, VideoRef
from ml.profiles.sections import LossProfile
from ml.training.batches import VideoClips, epoch_batches
from ml.training.detector_loss import branch_loss
from ml.training.losses import mean_of_highest
from ml.training.targets import clip_targets

CLIP_MS = 2000
WEIGHTS = LossProfile(
    top_clips=1, margin=0.7, smooth=0.3, sparse=0.2, glance=1.1, verdict=0.9, normal_clips=0.6, glance_sigma_ms=2000,
    glance_mining_ratio=0.8, glance_reach_ms=10_000, form="published",
)  # fmt: skip


def ref(weak_label):
    return VideoRef("k", "n", "p", 0, weak_label)


# (what people said, probability of abnormal of each clip)
GLANCED = TrainingVideo(ref("abnormal"), glances=(Glance(4500),)), (0.2, 0.75, 0.8, 0.3)
VERIFIED = TrainingVideo(ref("unknown"), verdicts=(Verdict(2000, 4000, False),)), (0.4, 0.6)
BOUNDED = TrainingVideo(ref("abnormal"), segments=(LabelledSegment(3000, 6000, "Fight"),)), (0.3, 0.9, 0.5)
NORMAL = TrainingVideo(ref("normal")), (0.1, 0.7)
WATCHED = (
    TrainingVideo(ref("abnormal"), segments=(LabelledSegment(0, 2000, "Fall"),), is_fully_labelled=True),
    (0.6, 0.35),
)
REJECTED = TrainingVideo(ref("abnormal"), rejected=(Verdict(0, 2000, False),)), (0.55, 0.65)
ALL = (GLANCED, VERIFIED, BOUNDED, NORMAL, WATCHED, REJECTED)


def batch_of(*videos):
    """The logits of each clip stand where its tokens would be, so that the batch brings them along."""
    clips = []
    for said, probabilities in videos:
        odds = torch.logit(torch.tensor(probabilities, dtype=torch.float64)).float()
        starts = tuple(range(0, CLIP_MS * len(odds), CLIP_MS))
        targets = clip_targets(said, starts, tuple(start + CLIP_MS for start in starts), ("Fall", "Fight"))
        tokens = torch.stack([torch.zeros_like(odds), odds], -1)[:, None]
        clips.append(VideoClips(tokens, torch.tensor(starts).float() + CLIP_MS / 2, targets))
    (batch,) = epoch_batches(clips, seed=3, epoch=0, batch_videos=len(clips), max_clips=9)
    return batch


def loss_of(batch, weights):
    return float(branch_loss(batch.tokens_BCTD[batch.is_clip_BC], batch, weights))


def only(**weights):
    """Weights of nothing but one term, which then stands beside the MIL term."""
    names = ("margin", "smooth", "sparse", "glance", "verdict", "normal_clips")
    return dataclasses.replace(WEIGHTS, **{name: weights.get(name, 0.0) for name in names})


def term(name):
    batch = batch_of(*ALL)
    return loss_of(batch, only(**{name: 1.0})) - loss_of(batch, only())


def test_the_bag_term_counts_the_videos_whose_label_is_known():
    # The highest clip of each but VERIFIED, whose label nobody knows; the bag's confidence weighs.
    bags = [(0.8, 1), (0.9, 1), (0.7, 0), (0.6, 1), (0.65, 1)]
    each = [-math.log(p if label else 1 - p) * max(p, 1 - p) for p, label in bags]
    assert loss_of(batch_of(*ALL), only()) == pytest.approx(sum(each) / 5, rel=1e-5)


def test_the_margin_term():
    each = [(1 - 0.6) * 0.8, (1 - 0.6) * 0.9, 0.6 * 0.7, (1 - 0.25) * 0.6, (1 - 0.1) * 0.65]
    assert term("margin") == pytest.approx(sum(each) / 5, rel=1e-4)


def test_the_smoothness_and_sparsity_terms_count_every_video():
    steps = [0.55**2 + 0.05**2 + 0.5**2, 0.2**2, 0.6**2 + 0.4**2, 0.6**2, 0.25**2, 0.1**2]
    assert term("smooth") == pytest.approx(sum(steps) / 6, rel=1e-4)
    assert term("sparse") == pytest.approx((2.05 + 1.0 + 1.7 + 0.8 + 0.95 + 1.2) / 6, rel=1e-4)


def test_a_glance_is_mined_outward_and_splatted():
    # The tap falls into clip 2 (p .8); clip 1 (p .75) is above .8 * .8 and is mined, clips 0 and 3 are not, but lie
    # one clip, that is one standard deviation, from a mined one.
    near = math.exp(-0.5)
    splat = (near, 1.0, 1.0, near)
    said = sum(-math.log(p) * weight for p, weight in zip(GLANCED[1], splat, strict=True))
    assert term("glance") == pytest.approx(said / sum(splat), rel=1e-4)


def test_verdicts_edges_and_rejections_are_targets_of_clips():
    def cross_entropy(p, target):
        return -target * math.log(p) - (1 - target) * math.log(1 - p)

    said = [
        cross_entropy(0.6, 0.0),  # VERIFIED: no, in its second clip
        cross_entropy(0.9, 0.5),  # BOUNDED: half of the second clip and all of the third
        cross_entropy(0.5, 1.0),
        cross_entropy(0.6, 1.0),  # WATCHED: the event, and nothing outside it
        cross_entropy(0.35, 0.0),
        cross_entropy(0.55, 0.0),  # REJECTED
    ]
    assert term("verdict") == pytest.approx(sum(said) / 6, rel=1e-4)


def test_the_highest_clip_of_a_normal_video_is_a_hard_negative():
    assert term("normal_clips") == pytest.approx(-math.log(1 - 0.7), rel=1e-4)


def test_the_whole_is_the_weighted_sum_of_its_terms():
    whole = loss_of(batch_of(*ALL), WEIGHTS)
    names = ("margin", "smooth", "sparse", "glance", "verdict", "normal_clips")
    parts = sum(getattr(WEIGHTS, name) * term(name) for name in names)
    assert whole == pytest.approx(loss_of(batch_of(*ALL), only()) + parts, rel=1e-5)


def test_our_own_form_takes_the_mean_of_the_highest_clips_and_means_over_time():
    weights = dataclasses.replace(only(smooth=1.0), form="vigil", top_clips=2)
    batch = batch_of(BOUNDED)
    bag = (math.log(9) + 0.0) / 2
    p = 1 / (1 + math.exp(-bag))
    steps = 16 * (0.6**2 + 0.4**2) / 3
    people = dataclasses.replace(weights, verdict=0.0)
    assert loss_of(batch, people) == pytest.approx(-math.log(p) * p + steps, rel=1e-4)
    assert mean_of_highest(torch.tensor([[0.0, math.log(9), -1.0]]), torch.ones(1, 3).bool(), 2) == pytest.approx(bag)


def test_a_process_without_a_video_adds_nothing_but_has_gradients():
    batch = dataclasses.replace(batch_of(*ALL), is_counted=False)
    logits = batch.tokens_BCTD[batch.is_clip_BC].requires_grad_()
    for form in ("published", "vigil"):
        loss = branch_loss(logits, batch, dataclasses.replace(WEIGHTS, form=form))
        assert loss.item() == 0
        (gradient,) = torch.autograd.grad(loss, logits)
        assert gradient.abs().sum() == 0


@pytest.mark.parametrize("form", ["published", "vigil"])
def test_parts_of_a_batch_add_up_to_the_whole(form):
    weights = dataclasses.replace(WEIGHTS, form=form)
    halves = [batch_of(*ALL[:2]), batch_of(*ALL[2:])]
    counts = iter([])

    def counted(batch):
        """Counts of a part, in the order in which they are asked for."""
        seen = []
        branch_loss(batch.tokens_BCTD[batch.is_clip_BC], batch, weights, lambda count: seen.append(count) or count)
        return seen

    sums = [one + other for one, other in zip(*(counted(half) for half in halves), strict=True)]
    parts = 0.0
    for half in halves:
        counts = iter(sums)
        parts += float(
            branch_loss(half.tokens_BCTD[half.is_clip_BC], half, weights, lambda _count, left=counts: next(left))
        )
    assert parts == pytest.approx(loss_of(batch_of(*ALL), weights), rel=1e-5)
