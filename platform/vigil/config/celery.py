"""The Celery application. Queues by resource: `default`, `media`, `gpu`.

Tasks of the gpu queue live in `vigil.gpu.tasks`, which loads torch; only a worker started with
`-I vigil.gpu.tasks` imports them. Everybody else sends work by name (`vigil.config.nudges`).
"""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import worker_ready

from vigil.config.env import env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vigil.config.settings")
app = Celery("vigil")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    [f"vigil.{name}" for name in ("videos", "active_learning", "predictions", "retraining", "interop")]
)


@worker_ready.connect  # type: ignore[untyped-decorator]
def look_for_waiting_rows(sender: Any, **_: Any) -> None:
    """A worker that comes up takes what its predecessor left, and says that it takes work."""
    for sweep in app.conf.beat_schedule.values():
        if sweep["options"]["queue"] in sender.app.amqp.queues.consume_from:
            app.send_task(sweep["task"], retry=False, **sweep["options"])
    if env.ready_file:
        Path(env.ready_file).touch()
