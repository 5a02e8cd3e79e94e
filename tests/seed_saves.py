"""Measures saves from inside an installation: the half of benchmarks/saving.py that needs its Django."""

import json
import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import MembershipFactory, VideoFactory
from vigil.annotations.services import annotation_open

DAY_MS = 24 * 3_600_000


def saves_measured(rounds: dict[int, int]) -> dict[int, dict[str, float]]:
    """For each number of segments: a whole request with one change, and with every segment changed, in ms."""
    return {size: _measured(size, times) for size, times in rounds.items()}


def _measured(size: int, times: int) -> dict[str, float]:
    member = MembershipFactory()
    annotation = annotation_open(user=member.user, video=VideoFactory(project=member.project, duration_ms=DAY_MS))
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(member.user)
    document = _document(size)

    def send(number: int) -> None:
        headers = {"If-Match": f'"{number}"'}
        path, body = f"/api/annotations/{annotation.pk}", json.dumps(document)
        answer = client.generic("PUT", path, body, "application/json", headers=headers)
        assert answer.status_code == 200, answer.content

    def change_one(number: int) -> None:
        document["segments"][size // 2]["explanation"] = f"Somebody runs past for the {number}th time."
        send(number)

    def change_all(number: int) -> None:
        for segment in document["segments"]:
            segment["explanation"] = f"Somebody pushes somebody else for the {number}th time."
        send(number)

    save_ms = _median_ms(range(times + 1), change_one)
    with CaptureQueriesContext(connection) as captured:
        change_one(times + 1)
    queries = len(captured)
    all_ms = _median_ms(range(times + 2, times + 5), change_all)
    return {"save_ms": save_ms, "all_ms": all_ms, "queries": queries}


def _document(size: int) -> dict[str, Any]:
    """Segments in a day of video, each with a sentence."""
    step = DAY_MS // size
    given = {"label": "Fighting", "explanation": "Somebody pushes somebody else beside the door."}
    starts = [number * step for number in range(size)]
    segments = [{"key": str(uuid.uuid4()), "start_ms": at, "end_ms": at + step // 2, **given} for at in starts]
    return {"segments": segments, "is_fully_watched": False, "spent_ms": 0}


def _median_ms(numbers: range, do: Callable[[int], None]) -> float:
    """The median of several runs, after one that warms up."""
    taken = []
    for number in numbers:
        began = time.perf_counter()
        do(number)
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken[1:])
