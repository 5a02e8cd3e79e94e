"""Calls functions of `scene` inside the installation, through its own `manage.py shell`."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from camera import Trouble

ROOT = Path(__file__).resolve().parents[2]


def called(function: str, /, **given: Any) -> Any:
    """What the function answers.

    Raises:
        Trouble: it failed, with its last line.
    """
    script = (
        f"import json; from scene import {function};print(json.dumps({function}(**json.loads({json.dumps(given)!r}))))"
    )
    run = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "shell", "--no-imports", "-c", script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise Trouble(f"{function}: {(run.stderr.strip() or run.stdout.strip()).splitlines()[-1]}")
    return json.loads(run.stdout.strip().splitlines()[-1])
