import torch

from ml.profiles.loading import load_profile
from ml.training.batches import ClipBatch
from ml.training.detector_loss import branch_loss
from ml.training.folds import FoldVideo, left_out, left_out_further


def videos(count, groups=None):
    return [FoldVideo(f"v{n}", f"g{n if groups is None else n % groups}", float(n % 2)) for n in range(count)]


def test_each_video_is_left_out_by_one_member_of_each_round_and_folds_are_balanced():
    found = left_out(videos(20), members=10, folds=5, seed=3)
    assert all(len(members) == 2 and members[0] < 5 <= members[1] for members in found.values())
    for member in range(10):
        left = [video for video in videos(20) if member in found[video.key]]
        assert [sum(video.bag == bag for video in left) for bag in (0.0, 1.0)] == [2, 2]


def test_folds_depend_on_the_seed_alone():
    assert left_out(videos(20), members=5, folds=5, seed=3) == left_out(videos(20)[::-1], members=5, folds=5, seed=3)
    assert left_out(videos(20), members=5, folds=5, seed=3) != left_out(videos(20), members=5, folds=5, seed=4)


def test_a_group_is_left_out_as_a_whole():
    many = videos(40, groups=10)
    found = left_out(many, members=5, folds=5, seed=0)
    for group in range(10):
        assert len({found[video.key] for video in many if video.group == f"g{group}"}) == 1


def test_few_groups_are_divided_video_by_video():
    found = left_out(videos(20, groups=2), members=5, folds=5, seed=0)
    assert set(found.values()) == {(member,) for member in range(5)}


def test_too_few_videos_of_a_kind_are_needed_by_every_member():
    assert left_out(videos(9), members=5, folds=5, seed=0) == {}
    one_abnormal = [FoldVideo(f"v{n}", "", float(n == 0)) for n in range(20)]
    assert left_out(one_abnormal, members=5, folds=5, seed=0) == {}
    assert left_out(videos(20), members=5, folds=0, seed=0) == {}


def test_a_run_that_goes_on_from_a_parent_keeps_its_folds():
    parents = {"v0": (0,), "v1": (1,)}
    bags = {"v0": ("a", 0.0), "v1": ("b", 1.0), "v2": ("a", 0.0), "v3": ("c", 1.0)}
    newcomers = [FoldVideo(key, *rest) for key, rest in bags.items()]
    found = left_out_further(newcomers, parents)
    assert (found["v0"], found["v1"], found["v2"]) == ((0,), (1,), (0,))
    assert found["v3"] in {(0,), (1,)}
    assert left_out_further(newcomers, {}) == {}


def test_a_member_learns_nothing_from_a_video_that_it_leaves_out():
    torch.manual_seed(0)
    nothing = torch.zeros(2, 3)
    batch = ClipBatch(
        torch.zeros(2, 3, 1, 1),
        torch.ones(2, 3, dtype=torch.bool),
        nothing,
        torch.tensor([1.0, 0.0]),
        nothing,
        nothing,
        nothing.bool(),
        left_out_by=((0,), ()),
    )
    logits = torch.randn(6, 2, 2, requires_grad=True)
    branch_loss(logits, batch, load_profile("tiny").losses).backward()
    gradient = logits.grad.view(2, 3, 2, 2).abs().sum((1, 3))
    assert gradient[0, 0] == 0
    assert (gradient.flatten()[1:] > 0).all()
