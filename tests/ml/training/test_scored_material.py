from pathlib import Path

import pytest
import torch

from ml.contracts import ScoreTrack, VideoRef
from ml.errors import PlaceUnwritable, TrainingStopped
from ml.model.scored_video import ScoredVideo
from ml.training.scored_material import scored_material

VIDEOS, CLIPS, QUERIES, WIDTH = 5, 6, 2, 8


def scored(number, *, with_seen=True):
    """A video of which nothing is like any other's."""
    generator = torch.Generator().manual_seed(number)
    clips = CLIPS + number
    times = tuple(range(0, 2000 * clips, 2000))
    fused = tuple(torch.rand(clips, generator=generator).tolist())
    return ScoredVideo(
        VideoRef(f"k{number}", f"v{number}.mp4", "p", 2000 * clips),
        torch.randn(clips, QUERIES, WIDTH, generator=generator).half(),
        torch.randn(clips, QUERIES, WIDTH, generator=generator).half(),
        ScoreTrack(times, tuple(time + 2000 for time in times), fused, fused, fused, fused),
        (),
        torch.randn(clips, 3, 4, generator=generator).half() if with_seen else None,
    )


def material(folder, scored_of=scored, told=None, should_stop=lambda: False, **limits):
    told = [] if told is None else told
    return scored_material(
        VIDEOS, scored_of, folder, on_scored=lambda *line: told.append(line), should_stop=should_stop, **limits
    )


def is_mapped(tensor, folder):
    """Whether the values lie in a file of the folder, which has lost its name."""
    with Path("/proc/self/maps").open() as maps:
        for line in maps:
            low, high = (int(edge, 16) for edge in line.split()[0].split("-"))
            if low <= tensor.data_ptr() < high:
                return str(folder) in line
    return False


@pytest.mark.parametrize("with_seen", [True, False])
def test_tokens_beyond_the_limit_of_a_run_lie_in_files_and_are_the_same(tmp_path, with_seen):
    folder, told = tmp_path / "tokens", []
    expected = [scored(number, with_seen=with_seen) for number in range(VIDEOS)]
    two = sum(
        values.nbytes
        for video in expected[:2]
        for values in (video.tokens_CQD, video.prompt_CQD, video.seen_CGH)
        if values is not None
    )
    found = material(folder, expected.__getitem__, told, held_bytes=two)
    assert told == [(done, VIDEOS) for done in range(1, VIDEOS + 1)]
    assert [is_mapped(video.tokens_CQD, folder) for video in found] == [False, False, True, True, True]
    for video, same in zip(found, expected, strict=True):
        assert (video.video, video.scores, video.segments) == (same.video, same.scores, same.segments)
        assert torch.equal(video.tokens_CQD, same.tokens_CQD)
        assert torch.equal(video.prompt_CQD, same.prompt_CQD)
        assert torch.equal(video.seen_CGH, same.seen_CGH) if with_seen else video.seen_CGH is None
    assert not folder.exists()


def test_nothing_is_written_where_all_fits(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert len(material(tmp_path / "file" / "tokens")) == VIDEOS


def test_a_stop_is_heeded_before_the_next_video_and_what_a_killed_run_left_is_cleared(tmp_path):
    told, folder = [], tmp_path / "tokens"
    with pytest.raises(TrainingStopped):
        material(folder, told=told, should_stop=lambda: len(told) == 2, held_bytes=0)
    assert len(told) == 2
    folder.mkdir(exist_ok=True)
    (folder / "0-tokens_CQD.half").write_bytes(b"half")
    assert torch.equal(material(folder, held_bytes=0)[0].tokens_CQD, scored(0).tokens_CQD)


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PlaceUnwritable, match="tokens cannot be written .*; free some space"):
        material(tmp_path / "file" / "tokens", held_bytes=0)
