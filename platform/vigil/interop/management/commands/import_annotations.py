"""manage.py import_annotations: brings annotations from other tools in."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from vigil.interop.importers.known import IMPORTERS
from vigil.interop.importers.reading import ReadingOptions
from vigil.interop.services.imports import annotations_import
from vigil.projects.commands import VigilCommand
from vigil.projects.errors import Invalid
from vigil.projects.selectors import project_by_name


class Command(VigilCommand):
    help = "Reads annotations made elsewhere: Label Studio's JSON export, or ActivityNet-style segments."
    example = "manage.py import_annotations --project demo --format label_studio export.json"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, help="name or slug of the project")
        parser.add_argument("--format", required=True, help=", ".join(IMPORTERS))
        parser.add_argument("--as", choices=["person", "truth"], default="person", dest="purpose")
        parser.add_argument("--fps", type=float, help="frame rate that the frames count in, where the file has none")
        parser.add_argument("--config", type=Path, help="labelling configuration with frameRate")
        parser.add_argument("path", type=Path, help="the JSON file")

    def run(self, **options: Any) -> Any:
        if options["fps"] is not None and not 0 < options["fps"] < 10_000:
            raise Invalid(f"--fps {options['fps']} is not a frame rate; give frames per second, such as 25")
        report = annotations_import(
            project=project_by_name(name=options["project"]),
            format=options["format"],
            path=options["path"],
            purpose=options["purpose"],
            options=ReadingOptions(fps=options["fps"], config=options["config"]),
        )
        for fault in report.faults:
            self.stderr.write(fault)
        self.say(
            f"{report.imported} annotations with {report.segments} segments imported, "
            f"{report.unchanged} were here already, {len(report.faults)} refused"
        )
        if report.faults and not report.imported and not report.unchanged:
            raise Invalid(f"nothing could be imported from {options['path']}; the reasons are above")
        return asdict(report)
