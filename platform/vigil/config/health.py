"""`/healthz`: 200 once everything serves, 503 with the reason until then."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from vigil.config.readiness import still_starting


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """For load balancers, containers and `up`. Tells nothing that a stranger may not know."""
    waits_for = still_starting() or _database_fault()
    if waits_for:
        return JsonResponse({"status": "starting", "waits_for": waits_for}, status=503)
    return JsonResponse({"status": "ok"})


def _database_fault() -> str | None:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "the database does not answer"
    return f"{len(waiting)} migrations; run manage.py migrate" if waiting else None
