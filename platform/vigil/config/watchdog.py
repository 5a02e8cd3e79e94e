"""Ends what a killed supervisor left behind. Run as a script by the supervisor, which writes to its standard input.

Lines: `watch PID SIGNAL [FILE]` and `forget PID`. When the input ends, every process group still watched gets its
signal, and SIGKILL a little later; a group with a FILE is left alone while another process holds that file's lock,
since it is used by others, of whom the last one ends it. Plain standard library, so that it costs a few megabytes only.
"""

import fcntl
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
    locks: dict[int, str] = {}
    for line in lines:
        verb, pid, *rest = line.rstrip("\n").split(" ", 3)
        watched.pop(int(pid), None)
        locks.pop(int(pid), None)
        if verb == "watch":
            watched[int(pid)] = int(rest[0])
            if len(rest) > 1:
                locks[int(pid)] = rest[1]
    end({pid: sign for pid, sign in watched.items() if pid not in locks or take_lock(locks[pid])})


def take_lock(path: str) -> bool:
    """Whether nobody holds the lock of the file. It is then ours until this process ends, so newcomers wait."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return False
    return True


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
