"""A save as the server sees it: a whole request with one changed segment, in a document of ten and of five thousand.

Baseline in the same run, on the same database: the same request with every segment changed, so that each row is
written, which is what a save that does not look at what changed has to do every time.
"""

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.figure import Figure, figures_print
from tests.functional.installation import Vigil, until

ROUNDS = {10: 60, 5000: 9}
GOAL_MS = 10


def main() -> None:
    """Prints the medians of both sizes."""
    with tempfile.TemporaryDirectory(prefix="vigil-bench-saving-", ignore_cleanup_errors=True) as folder:
        vigil = Vigil(Path(folder) / "home")
        try:
            call = (
                f"import json; from tests.seed_saves import saves_measured; print(json.dumps(saves_measured({ROUNDS})))"
            )
            for words in (["prepare"], ["shell", "--no-imports", "-c", call]):
                done = vigil.command(*words)
                if done.returncode != 0:
                    sys.exit(done.stdout + done.stderr)
            taken = json.loads(done.stdout.strip().splitlines()[-1])
        finally:
            vigil.end()
            until(lambda: not vigil.processes(), "the end of all processes")
    small, large = taken["10"], taken["5000"]
    ratio = large["all_ms"] / large["save_ms"]
    figures_print(
        [
            Figure("save, 10 segments", small["save_ms"], "ms", "", f"under {GOAL_MS} ms", small["save_ms"] < GOAL_MS),
            Figure("queries of that save", small["queries"], ""),
            Figure("save, 5,000 segments", large["save_ms"], "ms"),
            Figure("the same with every row written", large["all_ms"], "ms"),
            Figure("faster by writing what changed", ratio, "x", "every row written"),
        ]
    )


if __name__ == "__main__":
    main()
