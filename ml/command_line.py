"""What the command lines of `ml` that end with a report share: how it is printed, and how a refusal is."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from ml.errors import ModelError

REFUSED = 2
"""Exit status for input that is refused, and for places that cannot be read or written."""


def reported(report_of: Callable[[], Mapping[str, Any]], *, as_json: bool) -> int:
    """Print the report, as JSON or a line a key; the exit status: 0, or REFUSED after one line that says why."""
    try:
        report = report_of()
    except (ModelError, OSError) as error:
        print(f"refused: {' '.join(str(error).split())}", file=sys.stderr)
        return REFUSED
    print(json.dumps(report) if as_json else "\n".join(f"{name}: {value}" for name, value in report.items()))
    return 0
