"""What happens before Django starts: `up` takes over, and other commands get the database that they need."""

import signal
import sys
from types import FrameType

from django.core.management import execute_from_command_line

from vigil.config.embedded import postgres_url
from vigil.config.env import env, env_connect
from vigil.config.faults import SetupFault
from vigil.config.services_file import services_running

NEEDS_NO_DATABASE = {"up", "collectstatic", "help", "version", "makemessages", "compilemessages"}


def run(argv: list[str]) -> None:
    """Runs one management command, with a database if it needs one."""
    command = argv[1] if len(argv) > 1 else "help"
    needs_database = command not in NEEDS_NO_DATABASE and not {"--help", "-h", "--version"} & set(argv)
    if needs_database and not env.database_url:
        try:
            use_embedded_services()
        except SetupFault:
            # The doctor comes especially when things do not work, and tells why.
            if command != "doctor":
                raise
    execute_from_command_line(argv)


def use_embedded_services() -> None:
    """Joins the running `up` of this home; without one, starts the embedded PostgreSQL for as long as it is needed.

    Either way the command counts as a user of the server: `up` may end before it, and it may end before `up`.
    Without `up` there is no broker: nothing would take the messages, and the rows wait in the database.
    """
    # An interrupted command must still let go of the database, which happens at exit.
    signal.signal(signal.SIGTERM, _exit_tidily)
    running = services_running(env.home)
    url = postgres_url(env.home) if running is None or running.is_postgres_embedded else running.database_url
    env_connect(database_url=url, broker_url=env.broker_url if running is None else running.broker_url)


def _exit_tidily(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
