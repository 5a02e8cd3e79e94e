"""`manage.py prepare`: brings database, static files and demo project up to what this version of the code expects."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from vigil.config.texts import catalogues_compile
from vigil.projects.errors import VigilError
from vigil.projects.schema import migrations_waiting, schema_migrate


class Command(BaseCommand):
    help = "Migrates the database and collects the static files. Does nothing where nothing is to be done."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demo project too, or what is missing of it")

    def handle(self, *args: Any, **options: Any) -> None:
        (settings.VIGIL_HOME / "tmp").mkdir(parents=True, exist_ok=True)
        waiting = migrations_waiting()
        if waiting:
            self.stdout.write(f"  {waiting} migrations")
            try:
                schema_migrate()
            except VigilError as error:  # the server lacks pgvector: a sentence with the cure
                raise CommandError(str(error)) from error
        catalogues_compile()
        call_command("collectstatic", interactive=False, verbosity=0)
        if options["demo"]:
            call_command("load_demo", stdout=self.stdout, stderr=self.stderr)
