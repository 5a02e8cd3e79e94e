"""The Celery application. Queues by resource: `default`, `media`, `gpu`.

Tasks of the gpu queue live in `vigil.gpu.tasks`, which loads torch; only a worker started with
`-I vigil.gpu.tasks` imports them. Everybody else sends work by name (`vigil.config.nudges`).
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vigil.config.settings")
app = Celery("vigil")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["vigil.videos", "vigil.active_learning", "vigil.predictions", "vigil.retraining"])
