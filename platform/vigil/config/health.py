"""`/healthz`: 200 once everything serves, 503 with the reason until then."""

import threading

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from vigil.config.readiness import still_starting
from vigil.projects.schema import migrations_waiting

NO_ANSWER = "the database does not answer"
_is_migrated = threading.Event()
"""Set once no migration waits: reading them all costs more than everything else here, and none comes while we run."""


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """For load balancers, containers and `up`. Tells nothing that a stranger may not know."""
    waits_for = still_starting() or _database_fault()
    if waits_for:
        return JsonResponse({"status": "starting", "waits_for": waits_for}, status=503)
    return JsonResponse({"status": "ok"})


def _database_fault() -> str | None:
    if _is_migrated.is_set():
        return _connection_fault()
    try:
        waiting = migrations_waiting()
    except DatabaseError:
        return NO_ANSWER
    if waiting:
        return f"{waiting} migrations; run manage.py migrate"
    _is_migrated.set()
    return None


def _connection_fault() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return NO_ANSWER
    return None
