"""`--wait`: watches a worker do the rows, or does them in this process where no worker serves the queue."""

import time
from collections.abc import Callable

from vigil.projects.dead_claims import free_dead_claims
from vigil.projects.live_workers import has_worker
from vigil.projects.work import WorkQuerySet

LOOK_EVERY_S = 0.5
ASK_AGAIN_AFTER_S = 10.0


def wait_until_done(rows: WorkQuerySet, *, work: Callable[[], object], on_look: Callable[[], None]) -> None:
    """Returns when no row of `rows` is queued or running.

    `work` claims and does what waits, in this process; `on_look` is called at each look while somebody else works.
    A worker that vanishes meanwhile is replaced by this process.
    """
    is_served = has_worker("gpu", rows.all())
    asked_s = time.monotonic()
    while rows.all().unfinished().exists():
        if not is_served:
            work()
        on_look()
        if not rows.all().unfinished().exists():
            return
        time.sleep(LOOK_EVERY_S)
        is_freed = free_dead_claims(rows.all()) > 0
        if is_freed or time.monotonic() - asked_s >= ASK_AGAIN_AFTER_S:
            is_served = has_worker("gpu", rows.all())
            asked_s = time.monotonic()
