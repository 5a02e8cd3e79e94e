"""Waits until videos are ready; without a living media worker does the work here."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from vigil.projects.live_workers import has_worker
from vigil.projects.work import WorkState
from vigil.videos.models import Video
from vigil.videos.processing import process_next

POLL_S = 0.5
WORKER_ASKED_EVERY_S = 20.0
THREADS_MAX = 3
"""Each holds two connections: one for the work, one for its heartbeat."""

OnDone = Callable[[int, int], None]
"""Called with videos finished and videos in all."""


def videos_wait(*, video_ids: Sequence[int], on_done: OnDone | None = None) -> None:
    """Returns once each of these videos is ready, in quarantine or cancelled."""
    while unfinished_count(video_ids):
        if has_worker("media", Video.objects.all()):
            _watch(video_ids, on_done)
        else:
            videos_make_ready(video_ids=video_ids, on_done=on_done)
            _watch(video_ids, on_done)  # those that somebody else still works on


def unfinished_count(video_ids: Sequence[int]) -> int:
    """How many of these videos are still waiting or being made ready."""
    return Video.objects.filter(pk__in=video_ids).unfinished().count()


def videos_make_ready(*, video_ids: Sequence[int], on_done: OnDone | None = None) -> None:
    """Makes all of these videos that wait ready in this process, a few at a time."""
    threads = min(THREADS_MAX, os.cpu_count() or 1, max(1, len(video_ids)))
    stop = threading.Event()
    with ThreadPoolExecutor(threads, thread_name_prefix="processing") as pool:
        futures = [pool.submit(_work_off, video_ids, stop, on_done) for _ in range(threads)]
        try:
            for future in futures:
                future.result()
        finally:  # Ctrl-C, or a bug in one thread, stops all of them
            stop.set()


def _work_off(video_ids: Sequence[int], stop: threading.Event, on_done: OnDone | None) -> None:
    try:
        while process_next(of=Video.objects.filter(pk__in=video_ids), should_stop=stop.is_set):
            _tell(video_ids, on_done)
    finally:
        connection.close()


def _watch(video_ids: Sequence[int], on_done: OnDone | None) -> None:
    """Looks on until all is done, or nothing moved for a while, so that the worker may be gone."""
    moved_s, before = time.monotonic(), -1
    while (left := unfinished_count(video_ids)) and time.monotonic() - moved_s < WORKER_ASKED_EVERY_S:
        if left != before:
            moved_s, before = time.monotonic(), left
            _tell(video_ids, on_done)
        time.sleep(POLL_S)
    _tell(video_ids, on_done)


def _tell(video_ids: Sequence[int], on_done: OnDone | None) -> None:
    if on_done is not None:
        on_done(len(video_ids) - unfinished_count(video_ids), len(video_ids))


def quarantined(video_ids: Sequence[int]) -> list[tuple[str, str]]:
    """Name and reason of those that could not be made ready."""
    failed = Video.objects.filter(pk__in=video_ids, state=WorkState.FAILED)
    return list(failed.order_by("name").values_list("name", "error"))
