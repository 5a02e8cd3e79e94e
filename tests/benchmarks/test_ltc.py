import json
import os
import subprocess
import sys

import torch

from benchmarks.ltc import ROOT, largest_difference, made, published

SCORES = [0.9, 0.8, 0.7, 0.6, 0.1, 0.2, 0.3, 0.95]


def test_the_baseline_is_the_published_algorithm():
    # One common direction and one of each clip's own, which tells what was retrieved.
    clips = torch.cat([torch.ones(8, 1), torch.eye(8)], 1)
    context = published(clips, torch.tensor(SCORES))
    listed = [(row[1:] > 1e-4).nonzero().flatten().tolist() for row in context.long]
    assert listed == [[], [0], [0, 1], [0, 1], [0, 1], [0, 1, 4], [0, 1, 4, 5], [0, 1, 4, 5]]
    windows = [(row[1:] > 1e-4).nonzero().flatten().tolist() for row in context.short]
    assert windows == [list(range(max(0, clip - 2), clip + 1)) for clip in range(8)]


def test_both_give_the_same_numbers():
    assert largest_difference(80, 24) <= 1e-5


def test_a_long_video_is_made_stretch_by_stretch():
    stretches = list(made(2500, 4))
    assert [len(scores) for _, scores in stretches] == [1024, 1024, 452]


def test_each_measurement_is_a_process_that_tells_time_and_memory():
    for kind in ("published", "streamed", "growth"):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.ltc", kind, "64", "8", "3"],
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            check=True,
        )
        told = json.loads(done.stdout)
        # Both sides get as many timed runs; growth is one run over one long video.
        assert len(told["seconds"]) == (1 if kind == "growth" else 3)
        assert all(seconds > 0 for seconds in told["seconds"])
        assert told["extra_bytes"] >= 0
