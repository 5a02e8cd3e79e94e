"""Ends what a killed supervisor left behind. Run as a script by the supervisor, which writes to its standard input.

Lines: `watch PID SIGNAL` and `forget PID`. When the input ends, every process group still watched gets its signal,
and SIGKILL a little later. Plain standard library, so that it costs a few megabytes only.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_S = 6.0


def main(lines: Iterable[str]) -> None:
    """Keeps the books until the supervisor is gone, then ends the rest."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    watched: dict[int, int] = {}
    for line in lines:
        verb, pid, *rest = line.split()
        if verb == "watch":
            watched[int(pid)] = int(rest[0])
        else:
            watched.pop(int(pid), None)
    end(watched)


def end(watched: dict[int, int]) -> None:
    """Signals each group, waits until all are gone or the grace is over, then kills."""
    for pid, sign in watched.items():
        _signal_group(pid, sign)
    give_up_at = time.monotonic() + GRACE_S
    while any(_signal_group(pid, 0) for pid in watched):
        if time.monotonic() > give_up_at:
            for pid in watched:
                _signal_group(pid, signal.SIGKILL)
            return
        time.sleep(0.05)


def _signal_group(pid: int, sign: int) -> bool:
    try:
        os.killpg(pid, sign)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main(sys.stdin)
