"""The database schema that this version of the code expects."""

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from vigil.config.env import env
from vigil.projects.errors import Invalid

LOCK = 0x76696769


def migrations_waiting() -> int:
    """How many migrations the database lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def schema_ready() -> None:
    """Makes the tables of a new or older database.

    Raises:
        Invalid: a served database is behind; there an operator migrates.
    """
    waiting = migrations_waiting()
    if not waiting:
        return
    if env.is_served:
        raise Invalid(f"the database lacks {waiting} migrations; run: manage.py migrate")
    schema_migrate()


def schema_migrate() -> None:
    """Applies what waits; of two processes that start at once the second waits for the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            call_command("migrate", interactive=False, verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
