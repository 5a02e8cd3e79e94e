"""manage.py promote: puts a model version into production."""

from typing import Any

from django.core.management.base import CommandParser

from vigil.projects.commands import VigilCommand
from vigil.projects.selectors import project_by_name
from vigil.retraining.services.promotion import candidate_promote


class Command(VigilCommand):
    help = "Puts a model version into production and asks for its pre-labels."
    example = "manage.py promote --project demo v2"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, help="name or slug of the project")
        parser.add_argument("model", help="the version, such as v2")

    def run(self, **options: Any) -> Any:
        project = project_by_name(name=options["project"])
        version = candidate_promote(user=None, project=project, name=options["model"])
        self.say(
            f"{version.name} is in production; renew the pre-labels with: prelabel --project {project.slug} --wait"
        )
        return {"model": version.name, "state": version.state}
