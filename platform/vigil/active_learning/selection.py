"""Which of all candidates are asked, and in what order: gain per second, spread over videos and classes, with a random
share. Pure."""

import dataclasses
import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from vigil.active_learning.candidates import Candidate
from vigil.projects.sentences import Sentence

RANDOM_CHECK = Sentence(gettext_noop("Random check."))


@dataclass(frozen=True)
class SelectionRules:
    """How a round chooses."""

    per_video: int = 4
    """At most so many questions about one video."""
    random_share: float = 0.1
    """This part of the questions is drawn at random, so that what the model never doubts is looked at too."""
    again_factor: float = 0.6
    """Each further question about the same video, and each of the same kind, counts this much less."""
    seed: int = 0


def selected(candidates: Sequence[Candidate], rules: SelectionRules) -> list[Candidate]:
    """The chosen questions, first to ask first; their `priority` is such that sorting by it gives this order."""
    rng = random.Random(rules.seed)
    by_video: dict[int, list[Candidate]] = defaultdict(list)
    for one in candidates:
        by_video[one.video_id].append(one)
    chosen: list[Candidate] = []
    for ranked in by_video.values():
        chosen += _of_one_video(sorted(ranked, key=lambda one: -one.priority), rules, rng)
    return sorted(_balanced(chosen), key=lambda one: (-one.priority, one.video_id, one.start_ms))


def _of_one_video(ranked: list[Candidate], rules: SelectionRules, rng: random.Random) -> list[Candidate]:
    """The best of one video's candidates, each counting less than those before it, and the less the more of its kind
    there are; some are drawn at random instead."""
    left = list(ranked)
    kinds: Counter[str] = Counter()
    chosen: list[Candidate] = []

    def worth(one: Candidate) -> float:
        return one.priority * rules.again_factor ** kinds[one.kind]

    while left and len(chosen) < rules.per_video:
        is_random = len(left) > 1 and rng.random() < rules.random_share
        one = left.pop(rng.randrange(len(left)) if is_random else left.index(max(left, key=worth)))
        if is_random:
            # A drawn question stands where the best one would: were it asked last, it would never be.
            one = dataclasses.replace(one, priority=ranked[0].priority, why=(RANDOM_CHECK, *one.why))
        chosen.append(dataclasses.replace(one, priority=worth(one) * rules.again_factor ** len(chosen)))
        kinds[one.kind] += 1
    return chosen


def _balanced(chosen: list[Candidate]) -> list[Candidate]:
    """The same, with every class's questions weighed down by how many it has already had before."""
    seen: Counter[str] = Counter()
    balanced = []
    for one in sorted(chosen, key=lambda one: (-one.priority, one.video_id, one.start_ms)):
        weight = 1.0 / math.sqrt(1.0 + math.log1p(seen[one.stratum]))
        seen[one.stratum] += 1
        balanced.append(dataclasses.replace(one, priority=one.priority * weight))
    return balanced
