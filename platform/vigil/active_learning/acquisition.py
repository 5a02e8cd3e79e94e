"""How much an answer about a clip would teach: pure measures of scores in [0, 1] (BALD, margin, entropy at edges)."""

import bisect
import math
from collections.abc import Callable, Sequence

Branches = tuple[float, float, float]
"""raw, long, short of one clip."""


def entropy(p: float) -> float:
    """Entropy in bits of a yes/no with probability `p`: 0 when certain, 1 at 0.5."""
    if p <= 0.0 or p >= 1.0:
        return 0.0
    return -p * math.log2(p) - (1 - p) * math.log2(1 - p)


def disagreement(branches: Branches) -> float:
    """Distance of the three branches, in [0, 1]: the root of their Jensen-Shannon divergence, H(mean) - mean(H)."""
    mean = sum(branches) / len(branches)
    divergence = entropy(mean) - sum(entropy(p) for p in branches) / len(branches)
    return math.sqrt(min(1.0, max(0.0, divergence)))


def uncertainty(fused: float) -> float:
    """Margin of the fused score: 1 at 0.5, 0 at either end."""
    return 1.0 - abs(2.0 * fused - 1.0)


def edge_uncertainty(fused: Sequence[float], first_clip: int, last_clip: int) -> float:
    """Mean entropy of the clips on either side of a segment's two edges: high where it is unclear where it begins."""
    around = {first_clip - 1, first_clip, last_clip, last_clip + 1}
    scores = [fused[clip] for clip in sorted(around) if 0 <= clip < len(fused)]
    return sum(map(entropy, scores)) / len(scores) if scores else 0.0


def peaks(values: Sequence[float], count: int, apart: int) -> list[int]:
    """Up to `count` places of the highest values, highest first, no two fewer than `apart` places apart."""
    chosen: list[int] = []
    for place in sorted(range(len(values)), key=lambda i: (-values[i], i)):
        if all(abs(place - other) >= apart for other in chosen):
            chosen.append(place)
            if len(chosen) == count:
                break
    return chosen


def ranking(values: Sequence[float]) -> Callable[[float], float]:
    """A function from a value to the share of `values` that it reaches, so that unlike measures can be compared."""
    ordered = sorted(values)

    def share(value: float) -> float:
        return bisect.bisect_right(ordered, value) / len(ordered) if ordered else 0.0

    return share
