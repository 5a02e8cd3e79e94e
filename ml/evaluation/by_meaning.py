"""`python -m ml.evaluation.by_meaning`: as `python -m ml.evaluation`, and sentences are compared by meaning too.

A command of its own because it loads torch and a language encoder, which the figures of score files do without.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ml.evaluation.__main__ import main
from ml.evaluation.sentence_embedding import INSTALL, installed_embedder


def main_by_meaning(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures with `text.similarity`; 0, or 2 after one line on standard error."""
    embed = installed_embedder()
    if embed is None:
        needed = f"comparing sentences by meaning needs a sentence model: {INSTALL}"
        sys.stderr.write(f"python -m ml.evaluation.by_meaning: error: {needed}\n")
        return 2
    return main(arguments, embed)


if __name__ == "__main__":
    sys.exit(main_by_meaning())
