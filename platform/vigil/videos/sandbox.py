"""Runs a module on an untrusted file in a process of its own, with limits of time, memory and CPU.

Both sides of the border are here: the parent calls `run_limited`, the child calls `answer`. The child imports
neither Django nor the database driver, so it starts in a tenth of a second and holds no secret.
"""

import ctypes
import json
import logging
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)
SOURCE_ROOT = Path(__file__).resolve().parents[2]
POLL_S = 0.5
NICENESS = 5
"""People at the pages come first."""


@dataclass(frozen=True)
class Limits:
    """What one file may cost."""

    wall_s: float
    cpu_s: int
    memory_bytes: int
    written_bytes: int = 0
    """The largest file that the child may write; 0: none."""


class Refused(Exception):
    """The file cannot be used; the text is the reason, in words for the page."""


class Abandoned(Exception):
    """The parent asked to stop."""


def run_limited(
    module: str, arguments: Sequence[str], limits: Limits, should_stop: Callable[[], bool] | None = None
) -> Any:
    """The JSON value with which `python -m module arguments...` answered.

    `should_stop()` is asked about twice a second whether to give up.

    Raises:
        Refused: the child refused the file, crashed on it, or ran out of a limit.
        Abandoned: `should_stop` said so.
    """
    with subprocess.Popen(
        # -P: the folder we happen to stand in is no place to import from.
        [sys.executable, "-P", "-m", module, _limits_text(limits), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Nothing of our own environment: it holds the database's address and the secret key.
        env={"PYTHONPATH": str(SOURCE_ROOT), "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"},
    ) as child:
        try:
            out, errors = _wait(child, time.monotonic() + limits.wall_s, should_stop)
        finally:
            if child.poll() is None:
                child.kill()
    try:
        return _answer_of(child.returncode, out, limits)
    except Refused:
        if errors:
            log.warning("%s %s: %s", module, arguments, errors[-2000:].decode(errors="replace"))
        raise


def _wait(
    child: "subprocess.Popen[bytes]", deadline_s: float, should_stop: Callable[[], bool] | None
) -> tuple[bytes, bytes]:
    while True:
        try:
            return child.communicate(timeout=POLL_S)
        except subprocess.TimeoutExpired:
            if time.monotonic() > deadline_s:
                raise Refused("reading it took too long, as a damaged file does; re-encode it and try again") from None
            if should_stop is not None and should_stop():
                raise Abandoned from None


def _answer_of(returncode: int, out: bytes, limits: Limits) -> Any:
    if returncode == -signal.SIGXCPU:
        raise Refused(f"reading it took more than {limits.cpu_s} s of CPU time, as a damaged file does")
    try:
        answer = json.loads(out)
    except ValueError:
        how = f"signal {signal.Signals(-returncode).name}" if returncode < 0 else f"status {returncode}"
        raise Refused(f"the decoder crashed on it ({how}); re-encode the file and try again") from None
    if "refused" in answer:
        raise Refused(answer["refused"])
    return answer["value"]


def _limits_text(limits: Limits) -> str:
    return f"{limits.cpu_s},{limits.memory_bytes},{limits.written_bytes}"


def answer(work: Callable[[Sequence[str]], Any]) -> None:
    """The child's side: takes on the limits, works, and prints the answer as JSON."""
    # Ctrl-C reaches the whole process group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    _die_with_parent()
    _take_limits(sys.argv[1])
    try:
        value: dict[str, Any] = {"value": work(sys.argv[2:])}
    except Refused as refusal:
        value = {"refused": str(refusal)}
    except MemoryError:
        value = {"refused": "decoding it needs more memory than a video may take; re-encode it smaller"}
    except OSError as error:
        value = {"refused": f"its files could not be read or written: {error.strerror or error}"}
    sys.stdout.write(json.dumps(value))


def _take_limits(text: str) -> None:
    cpu_s, memory_bytes, written_bytes = (int(part) for part in text.split(","))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 5))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written_bytes, written_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _die_with_parent() -> None:
    """On Linux a child outlives no parent, not even one that was killed with -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
