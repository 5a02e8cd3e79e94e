"""What happens before Django starts: the embedded database is brought up for commands that need one."""

import os

from django.core.management import execute_from_command_line

from vigil.config.embedded import postgres_url
from vigil.config.env import env

NEEDS_NO_DATABASE = {"up", "collectstatic", "help", "version", "makemessages", "compilemessages", "doctor"}


def run(argv: list[str]) -> None:
    """Runs one management command, with a database if it needs one."""
    command = argv[1] if len(argv) > 1 else "help"
    needs_database = command not in NEEDS_NO_DATABASE and not {"--help", "-h"} & set(argv)
    if needs_database and not env.database_url:
        use_embedded_postgres()
    execute_from_command_line(argv)


def use_embedded_postgres() -> None:
    """Makes the embedded PostgreSQL the database of this process and of its children."""
    url = postgres_url(env.home)
    os.environ["DATABASE_URL"] = url
    # `env` was read before the server was up; it is frozen, so that nobody else changes it.
    object.__setattr__(env, "database_url", url)
