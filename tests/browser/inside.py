"""A process inside the installation that calls functions for the tests: Django starts once, not at every call.

Reads a line of JSON, {"module", "name", "given"}, and writes one: {"answer"} or {"trouble"}.
"""

import contextlib
import json
import sys
import traceback
from importlib import import_module

from django.db import close_old_connections


def serve() -> None:
    """Answers lines until the other side closes."""
    answers = sys.stdout
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            with contextlib.redirect_stdout(sys.stderr):
                function = getattr(import_module(asked["module"]), asked["name"])
                told = {"answer": function(**asked["given"])}
        except Exception:  # noqa: BLE001 - the edge of this process: the test gets the traceback
            told = {"trouble": traceback.format_exc()}
        close_old_connections()
        answers.write(json.dumps(told) + "\n")
        answers.flush()
