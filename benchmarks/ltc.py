"""The long-term context in a stream, beside the published algorithm: time, memory, same numbers, growth.

usage: python -m benchmarks.ltc

The published algorithm stands here as plainly as its formulas read: masks, cosines and retrieval of all pairs of clips,
computed anew whenever scores are wanted. Both get the same clips, one thread, a process of their own, a run to warm up
and then the same number of timed runs; processes take turns, and the median of all timed runs counts for each. Widths
are those of a clip's flattened tokens: profile `tiny`, and the paper's 8 frames x 32 queries x 768.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import torch
from torch import Tensor

from benchmarks.figure import Figure, figures_print
from ml.model.ltc_reference import LtcContext, stream_context
from ml.model.ltc_state import LtcState

ROOT = Path(__file__).resolve().parents[1]
LIST_LENGTH, GATE, HISTORY = 3, 0.5, 3
CLIPS = 1024
WIDTHS = {"tiny": 448, "paper": 196_608}
STRETCH_BYTES = 64 * 2**20
"""Clips come in stretches of at most this, and of at most CLIPS clips."""
COMPARED_CLIPS = {"tiny": CLIPS, "paper": 256}
GROWTH = (1_000, 10_000, 100_000)
ROUNDS = 2
RUNS = {"tiny": 10, "paper": 3}
"""Timed runs of either side in each of its processes, after one that is not timed."""
GOAL_RATIO, GOAL_DIFFERENCE = 20.0, 1e-5


@dataclass(frozen=True)
class Measured:
    """One process."""

    seconds: list[float]
    """Of each run after the first; of growth's only run."""
    extra_bytes: int
    """Peak memory above what was held when the first run began."""


def published(clips_CK: Tensor, score_C: Tensor) -> LtcContext:
    """Context of all clips by the published formulas, every pair of clips at once."""
    clips = len(score_C)
    unit_CK = clips_CK / clips_CK.norm(dim=-1, keepdim=True)
    past_CC = torch.ones(clips, clips).tril(-1)
    is_listed_CC = torch.zeros(clips, clips, dtype=torch.bool)
    for kind_C in (score_C * (score_C >= GATE), (1 - score_C) * (score_C < GATE)):
        seen_CC = kind_C.expand(clips, clips) * past_CC
        is_listed_CC |= seen_CC > seen_CC.topk(LIST_LENGTH, dim=-1).values[:, -1:]
    band_CC = torch.ones(clips, clips).tril().triu(1 - HISTORY)
    cosine_CC = unit_CK @ unit_CK.T
    return LtcContext((cosine_CC * is_listed_CC) @ unit_CK, (cosine_CC * band_CC) @ unit_CK)


def streamed(stretches: Iterator[tuple[Tensor, Tensor]], room: LtcContext) -> tuple[float, LtcState | None]:
    """Seconds that the context of a video took which comes in stretches, and the state at its end."""
    state, seconds = None, 0.0
    for clips_CK, score_C in stretches:
        out = LtcContext(room.long[: len(score_C)], room.short[: len(score_C)])
        began_at = time.perf_counter()
        _, state = stream_context(
            state, clips_CK, score_C, list_length=LIST_LENGTH, gate=GATE, history=HISTORY, out=out
        )
        seconds += time.perf_counter() - began_at
    return seconds, state


def video(clips: int, width: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Clips that are alike to some degree, as those of one camera are, and scores."""
    generator = torch.Generator().manual_seed(seed)
    scene_K = torch.randn(width, generator=generator)
    clips_CK = torch.randn(clips, width, generator=generator)
    return clips_CK.add_(scene_K), torch.rand(clips, generator=generator)


def stretch_clips(width: int) -> int:
    """Clips of a stretch."""
    return max(1, min(CLIPS, STRETCH_BYTES // (4 * width)))


def cut(clips_CK: Tensor, score_C: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """A video in stretches."""
    step = stretch_clips(clips_CK.shape[1])
    return zip(clips_CK.split(step), score_C.split(step), strict=True)


def made(clips: int, width: int) -> Iterator[tuple[Tensor, Tensor]]:
    """A video in stretches that are made one after the other, so that it is never in memory as a whole."""
    step = stretch_clips(width)
    for first, stop in pairwise([*range(0, clips, step), clips]):
        yield video(stop - first, width, seed=first)


def room_for(clips: int, width: int) -> LtcContext:
    """Memory for the context of a stretch, used again for every stretch."""
    return LtcContext(torch.empty(clips, width), torch.empty(clips, width))


def measure(kind: str, clips: int, width: int, repeats: int) -> Measured:
    """Run in a process of its own."""
    torch.set_num_threads(1)
    published(*video(CLIPS // 8, 8))
    streamed(cut(*video(CLIPS // 8, 8)), room_for(CLIPS // 8, 8))
    room = room_for(stretch_clips(width), width)
    if kind == "growth":
        video(stretch_clips(width), width)
        held = resident_bytes("VmRSS")
        seconds, state = streamed(made(clips, width), room)
        assert state is not None and state.clips == clips
        return Measured([seconds], max(0, resident_bytes("VmHWM") - held))
    clips_CK, score_C = video(clips, width)

    def run_published() -> float:
        began_at = time.perf_counter()
        published(clips_CK, score_C)
        return time.perf_counter() - began_at

    runs: dict[str, Callable[[], float]] = {
        "published": run_published,
        "streamed": lambda: streamed(cut(clips_CK, score_C), room)[0],
    }
    held = resident_bytes("VmRSS")
    runs[kind]()
    extra = resident_bytes("VmHWM") - held
    return Measured([runs[kind]() for _ in range(repeats)], max(extra, 0))


def resident_bytes(name: str) -> int:
    """This process's memory (VmRSS) or the most it ever had (VmHWM)."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return 1024 * int(next(line for line in lines if line.startswith(f"{name}:")).split()[1])


def in_own_process(kind: str, clips: int, width: int, repeats: int = 1) -> Measured:
    """`measure` with one thread and nothing else in memory."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ltc", kind, str(clips), str(width), str(repeats)],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Measured(**json.loads(done.stdout))


def beside_published(name: str, width: int) -> list[Figure]:
    """Time and memory of both on the same clips."""
    sys.stderr.write(f"  {CLIPS} clips of {width} values\n")
    turns = [
        tuple(in_own_process(kind, CLIPS, width, RUNS[name]) for kind in ("published", "streamed"))
        for _ in range(ROUNDS)
    ]
    plain_s, ours_s = (median(second for turn in turns for second in turn[side].seconds) for side in (0, 1))
    plain_bytes, ours_bytes = (min(turn[side].extra_bytes for turn in turns) for side in (0, 1))
    ratio = plain_s / ours_s
    difference = largest_difference(COMPARED_CLIPS[name], width)
    return [
        Figure(
            f"{name}: {CLIPS} clips, times faster",
            ratio,
            "x",
            against=f"published {1000 * plain_s:.1f} ms, streamed {1000 * ours_s:.2f} ms, "
            f"medians of {ROUNDS * RUNS[name]} runs each",
            goal=f"at least {GOAL_RATIO:.0f} x",
            is_met=ratio >= GOAL_RATIO,
        ),
        Figure(
            "  peak memory, times less",
            plain_bytes / max(ours_bytes, 2**12),
            "x",
            against=f"published {plain_bytes / 2**20:.1f} MiB, streamed {ours_bytes / 2**20:.1f} MiB",
        ),
        Figure(
            "  largest difference",
            difference,
            "",
            against=f"published, {COMPARED_CLIPS[name]} clips",
            goal=f"at most {GOAL_DIFFERENCE:g}",
            is_met=difference <= GOAL_DIFFERENCE,
        ),
    ]


def largest_difference(clips: int, width: int) -> float:
    """Between the two contexts, over all values."""
    clips_CK, score_C = video(clips, width)
    plain, room, first, state = published(clips_CK, score_C), room_for(clips, width), 0, None
    for part_CK, part_C in cut(clips_CK, score_C):
        stop = first + len(part_C)
        out = LtcContext(room.long[first:stop], room.short[first:stop])
        _, state = stream_context(state, part_CK, part_C, list_length=LIST_LENGTH, gate=GATE, history=HISTORY, out=out)
        first = stop
    return max(float((plain.long - room.long).abs().max()), float((plain.short - room.short).abs().max()))


def growth(width: int) -> list[Figure]:
    """Time and memory of ever longer videos."""
    results = {clips: in_own_process("growth", clips, width) for clips in GROWTH}
    per_clip = {clips: 1e6 * result.seconds[0] / clips for clips, result in results.items()}
    shortest, longest = results[GROWTH[0]], results[GROWTH[-1]]
    grown = (longest.extra_bytes - shortest.extra_bytes) / 2**20
    lines = [Figure(f"tiny: a clip of {clips:,}", us, "us") for clips, us in per_clip.items()]
    ratio = per_clip[GROWTH[-1]] / per_clip[GROWTH[0]]
    return [
        *lines,
        Figure("  100,000 clips: time a clip", ratio, "x", "that of 1,000", "at most 1.5 x", ratio <= 1.5),
        Figure("  100,000 clips: more memory", grown, "MiB", "1,000 clips", "at most 16 MiB", grown <= 16),
    ]


def main(words: list[str]) -> None:
    if words:
        told = measure(words[0], *map(int, words[1:]))
        sys.stdout.write(json.dumps({"seconds": told.seconds, "extra_bytes": told.extra_bytes}))
        return
    lines = [line for name, width in WIDTHS.items() for line in beside_published(name, width)]
    figures_print(lines + growth(WIDTHS["tiny"]))


if __name__ == "__main__":
    main(sys.argv[1:])
