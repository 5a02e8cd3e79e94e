"""Training videos as phase 3 takes them: each scored once, by one of the processes, and read by all of them.

Dimensions: C clips, Q query tokens, D width, G seen tokens of a clip, H width of the LLM.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ml.contracts import ShouldStop
from ml.errors import TrainingStopped
from ml.model.scored_video import ScoredVideo
from ml.model.writing import writing
from ml.training.processes import ALONE, Processes

HELD_BYTES = 2 * 2**30
"""Tokens of all training videos together that one process holds in memory. With the paper's geometry UCF-Crime has ten
times as many."""
TENSORS = ("tokens_CQD", "prompt_CQD", "seen_CGH")
"""What a scored video holds beside its scores."""


def scored_material(
    videos: int,
    scored_of: Callable[[int], ScoredVideo],
    folder: Path,
    *,
    on_scored: Callable[[int, int], None],
    should_stop: ShouldStop,
    processes: Processes = ALONE,
    held_bytes: int = HELD_BYTES,
) -> tuple[ScoredVideo, ...]:
    """All training videos in order, scored.

    Tokens beyond `held_bytes` lie in files that have no name any more: the system keeps in memory what there is room
    for, and the disk space is free again with the tensors. Several processes divide the videos and read each other's
    tokens from such files, so that a machine holds them once.

    Args:
        videos: how many.
        scored_of: scores the video of a number from 0.
        folder: where files may lie for a while; nothing else may be in it.
        on_scored: told after each video: videos that are scored, and those that are this process's to score.
        should_stop: asked before each video; what one process hears, all heed.
        processes: the processes of the run.
        held_bytes: how much of a run of one process stays in memory.

    Raises:
        TrainingStopped: `should_stop` said so.
        PlaceUnwritable: the folder cannot take the tokens.
    """
    # What a killed run left behind; everybody is past it before anybody writes.
    if processes.is_main:
        shutil.rmtree(folder, ignore_errors=True)
    processes.barrier()
    left = held_bytes if processes.count == 1 else 0
    is_stopped, held, filed = False, {}, []
    share = processes.share(range(videos))
    for done, number in enumerate(share, start=1):
        is_stopped = should_stop()
        if is_stopped:
            break
        scored = scored_of(number)
        left -= _nbytes(scored)
        if left >= 0:
            held[number] = scored
        else:
            filed.append(_filed(scored, number, folder))
        on_scored(done, len(share))
    if processes.any(is_stopped):
        raise TrainingStopped("training was stopped; start it again to go on from its checkpoint")
    opened = {each.number: each.opened(folder) for each in processes.gathered(filed)}
    processes.barrier()  # Files lose their names once everybody has opened them.
    if processes.is_main:
        shutil.rmtree(folder, ignore_errors=True)
    return tuple(held[number] if number in held else opened[number] for number in range(videos))


@dataclass(frozen=True)
class FiledVideo:
    """A scored video whose tensors lie in files."""

    number: int
    scored: ScoredVideo
    """Without its tensors."""
    shapes: Mapping[str, torch.Size]

    def opened(self, folder: Path) -> ScoredVideo:
        """With its tensors, which are maps of the files."""
        maps = {
            name: torch.from_file(
                str(_file(folder, self.number, name)), shared=True, size=shape.numel(), dtype=torch.half
            ).view(shape)
            for name, shape in self.shapes.items()
        }
        return dataclasses.replace(self.scored, **maps)  # type: ignore[arg-type]


def _filed(scored: ScoredVideo, number: int, folder: Path) -> FiledVideo:
    tensors = _tensors(scored)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, values in tensors.items():
            # Written, not mapped and filled: a full disk is an error here, there it would kill the process.
            values.half().contiguous().cpu().numpy().tofile(_file(folder, number, name))
    nothing = torch.zeros(0, dtype=torch.half)
    bare = dataclasses.replace(scored, tokens_CQD=nothing, prompt_CQD=nothing, seen_CGH=None)
    return FiledVideo(number, bare, {name: values.shape for name, values in tensors.items()})


def _tensors(scored: ScoredVideo) -> dict[str, Tensor]:
    values = {name: getattr(scored, name) for name in TENSORS}
    return {name: value for name, value in values.items() if value is not None}


def _nbytes(scored: ScoredVideo) -> int:
    return sum(values.nbytes for values in _tensors(scored).values())


def _file(folder: Path, number: int, name: str) -> Path:
    return folder / f"{number}-{name}.half"
