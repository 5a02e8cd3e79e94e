"""What all of Vigil's management commands share: one-line errors with exit status 2, `--json`, a progress bar."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, connection
from tqdm import tqdm

from vigil.projects.errors import VigilError
from vigil.projects.schema import schema_ready


class OneLineParser(CommandParser):
    """Says in one line what is wrong with the arguments; the usage is for `--help`."""

    def error(self, message: str) -> NoReturn:
        if not self.called_from_command_line:
            super().error(message)
        self.exit(2, f"{self.prog}: error: {' '.join(message.split())} (see {self.prog} --help)\n")


class VigilCommand(BaseCommand):
    """A command of the contract in design section 3. Subclasses write `arguments`, `run` and an `example`."""

    example = ""
    needs_tables = True

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        if self.example:
            kwargs.setdefault("epilog", f"example: {self.example}")
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        # Django makes its own parser and lets nobody say which.
        parser.__class__ = OneLineParser
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON value and nothing else")
        self.arguments(parser)

    def arguments(self, parser: CommandParser) -> None:
        """Adds the command's own arguments."""

    def run(self, **options: Any) -> Any:
        """Does the work and returns what `--json` prints; without `--json` it has printed lines for people."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        self.as_json = bool(options.pop("as_json", False))
        try:
            if self.needs_tables:
                database_answers()
                schema_ready()
            result = self.run(**options)
        except VigilError as error:
            raise CommandError(str(error), returncode=2) from error
        except (OperationalError, InterfaceError, psycopg.OperationalError) as error:
            said = " ".join(str(error).split())
            raise CommandError(
                f"the database does not answer: {said}; check that it runs and what DATABASE_URL says", returncode=2
            ) from error
        if self.as_json:
            self.stdout.write(json.dumps(result, ensure_ascii=False))

    def say(self, line: str) -> None:
        """One line for a person; silent under `--json`, where standard output belongs to the machine."""
        if not self.as_json:
            self.stdout.write(line)

    @contextmanager
    def progress(self, title: str, total: int | None = None) -> Iterator["tqdm[Any]"]:
        """A progress bar on standard error, only on a terminal."""
        with tqdm(total=total, desc=title, disable=not sys.stderr.isatty(), file=sys.stderr, leave=True) as bar:
            yield bar


def database_answers() -> None:
    """Raises at once, with the reason, when there is no database; the pool would try in vain for its whole timeout."""
    parameters = {name: value for name, value in connection.get_connection_params().items() if name != "pool"}
    psycopg.connect(**parameters).close()
