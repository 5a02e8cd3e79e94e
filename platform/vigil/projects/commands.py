"""What all of Vigil's management commands share: one-line errors with exit status 2, `--json`, a progress bar."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from vigil.projects.errors import VigilError
from vigil.projects.schema import schema_ready


class VigilCommand(BaseCommand):
    """A command of the contract in design section 3. Subclasses write `arguments`, `run` and an `example`."""

    example = ""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        if self.example:
            kwargs.setdefault("epilog", f"example: {self.example}")
        return super().create_parser(prog_name, subcommand, **kwargs)

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
            schema_ready()
            result = self.run(**options)
        except VigilError as error:
            raise CommandError(str(error), returncode=2) from error
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
