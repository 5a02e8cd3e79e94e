import dataclasses

import pytest
import torch

from ml.contracts import TrainingVideo, VideoRef
from ml.training.batches import VideoClips, epoch_batches, one_ahead, thinned
from ml.training.targets import clip_targets


def clips(count):
    starts = tuple(range(0, count * 2000, 2000))
    ends = tuple(start + 2000 for start in starts)
    known = clip_targets(TrainingVideo(VideoRef("k", "n", "p", 1, "normal")), starts, ends, ("Abnormal",))
    return VideoClips(torch.full((count, 2, 3), float(count)), torch.tensor(starts).float() + 1000, known)


def test_an_epoch_shows_every_video_once_and_pads_the_short_ones():
    batches = list(epoch_batches([clips(n) for n in (2, 5, 3)], seed=1, epoch=0, batch_videos=2, max_clips=10))
    assert [len(batch.bag_B) for batch in batches] == [2, 1]
    lengths = sorted(int(count) for batch in batches for count in batch.is_clip_BC.sum(1))
    assert lengths == [2, 3, 5]
    first = batches[0]
    assert first.tokens_BCTD[~first.is_clip_BC].abs().sum() == 0
    assert first.weight_BC[~first.is_clip_BC].sum() == 0


def test_the_order_depends_on_seed_and_epoch_alone():
    videos = [clips(n) for n in range(2, 12)]

    def order(seed, epoch):
        batches = epoch_batches(videos, seed=seed, epoch=epoch, batch_videos=4, max_clips=50)
        return [int(count) for batch in batches for count in batch.is_clip_BC.sum(1)]

    assert order(1, 3) == order(1, 3)
    assert order(1, 3) != order(1, 4)


def test_long_videos_are_thinned_evenly():
    index = thinned(1000, 10, torch.Generator().manual_seed(0))
    assert len(index) == 10
    assert set(index.diff().tolist()) == {100}
    assert thinned(7, 10, torch.Generator()).tolist() == list(range(7))


def test_batches_are_read_one_ahead_and_no_further():
    read = []

    def batches():
        for number in range(4):
            read.append(number)
            yield number

    ahead = one_ahead(batches())
    seen = []
    for number in ahead:
        seen.append(number)
        assert len(read) <= number + 2
    assert seen == read == [0, 1, 2, 3]


def test_what_goes_wrong_while_reading_ahead_is_told():
    def batches():
        yield 0
        raise OSError("gone")

    ahead = one_ahead(batches())
    assert next(ahead) == 0
    with pytest.raises(OSError, match="gone"):
        next(ahead)


def test_skipped_batches_are_not_read():
    class Counted:
        def __init__(self):
            self.asked = 0

        def __len__(self):
            return 3

        def __getitem__(self, index):
            self.asked += 1
            return torch.zeros(len(index), 2, 3)

    videos = [dataclasses.replace(clips(3), tokens_CTD=Counted()) for _ in range(6)]
    rest = list(epoch_batches(videos, seed=1, epoch=0, batch_videos=2, max_clips=9, skip=2))
    assert len(rest) == 1
    assert sum(video.tokens_CTD.asked for video in videos) == 2
