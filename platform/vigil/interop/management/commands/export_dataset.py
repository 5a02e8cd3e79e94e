"""manage.py export_dataset: writes what people said as a dataset for another tool."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from vigil.interop.formats.known import FORMATS
from vigil.interop.services.exports import dataset_export
from vigil.projects.commands import VigilCommand
from vigil.projects.selectors import project_by_name
from vigil.snapshots.selectors import snapshot_by_name


class Command(VigilCommand):
    help = "Writes a dataset: llava or sharegpt conversations with clips, or Label Studio tasks."
    example = "manage.py export_dataset --project demo --format llava --out exports/demo"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, help="name or slug of the project")
        parser.add_argument("--format", required=True, help=", ".join(FORMATS))
        parser.add_argument("--out", required=True, help="a new or empty folder")
        parser.add_argument("--snapshot", help="id or beginning of the hash; without it, one is taken now")

    def run(self, **options: Any) -> Any:
        project = project_by_name(name=options["project"])
        snapshot = snapshot_by_name(project=project, name=options["snapshot"]) if options["snapshot"] else None
        with self.progress("export") as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            export = dataset_export(
                project=project,
                format=options["format"],
                out_dir=Path(options["out"]).expanduser().resolve(),
                snapshot=snapshot,
                on_progress=show,
            )
        self.say(f"{export.records} records in {export.path} (snapshot {export.snapshot.content_sha256[:12]})")
        return {
            "format": export.format,
            "path": export.path,
            "records": export.records,
            "snapshot": export.snapshot.content_sha256,
        }
