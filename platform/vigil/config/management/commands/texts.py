"""`manage.py texts`: which texts of the pages lack a translation; `--update` brings the catalogues up to date."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import to_locale

from vigil.config.texts import catalogue_update, catalogues_compile, untranslated, unused


class Command(BaseCommand):
    help = "Compares the pages' texts with the catalogues of translations, and fails where one is missing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--update", action="store_true", help="write new texts into the catalogues, drop unused ones"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        missing = 0
        for language in (to_locale(code) for code, _title in settings.LANGUAGES if code != settings.LANGUAGE_CODE):
            if options["update"]:
                catalogue_update(language)
            for found in untranslated(language):
                self.stdout.write(f"{language}: {found.place}: {found.text!r} has no translation")
                missing += 1
            for text in unused(language):
                self.stdout.write(f"{language}: {text!r} is translated and no longer said; run texts --update")
        catalogues_compile()
        if missing:
            raise CommandError(f"{missing} texts have no translation; write them into platform/vigil/locale.")
        self.stdout.write("Every text is translated.")
