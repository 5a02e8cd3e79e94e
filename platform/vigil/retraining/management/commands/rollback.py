"""manage.py rollback: puts the model that was in production before back there."""

from typing import Any

from django.core.management.base import CommandParser

from vigil.projects.commands import VigilCommand
from vigil.projects.selectors import project_by_name
from vigil.retraining.services.promotion import production_rollback


class Command(VigilCommand):
    help = "Puts the model version that was in production before the present one back there."
    example = "manage.py rollback --project demo"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, help="name or slug of the project")

    def run(self, **options: Any) -> Any:
        project = project_by_name(name=options["project"])
        version = production_rollback(user=None, project=project)
        self.say(f"{version.name} is in production again")
        return {"model": version.name, "state": version.state}
