"""The sweep of the media queue looks again soon where a killed worker's last beat is still fresh."""

import socket
import subprocess
import sys
from queue import Empty

import pytest
from django.utils import timezone
from kombu import Connection
from kombu.simple import SimpleQueue

from tests.factories import VideoFactory
from vigil.config.celery import app
from vigil.projects.work import WorkState
from vigil.videos.tasks import process_next

pytestmark = pytest.mark.django_db


def sent() -> list[str | None]:
    """When each message on the media queue is due."""
    due: list[str | None] = []
    with app.connection_for_read() as connection:
        assert isinstance(connection, Connection)
        queue = SimpleQueue(connection.default_channel, app.amqp.queues["media"])
        try:
            while True:
                message = queue.get_nowait()
                due.append(message.headers["eta"])
                message.ack()
        except Empty:
            return due


@pytest.mark.parametrize("is_dead", [True, False])
def test_a_fresh_claim_of_a_dead_worker_is_looked_at_again_soon(is_dead: bool) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    name = f"{socket.gethostname()}:{ended.pid}" if is_dead else "elsewhere:1"
    VideoFactory(state=WorkState.RUNNING, claimed_by=name, heartbeat_at=timezone.now())
    sent()
    process_next.apply()
    assert [eta is not None for eta in sent()] == [True] * is_dead
