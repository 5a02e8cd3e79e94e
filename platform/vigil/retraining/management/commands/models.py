"""manage.py models: lists a project's model versions."""

from typing import Any

from django.core.management.base import CommandParser

from vigil.projects.commands import VigilCommand
from vigil.projects.selectors import project_by_name
from vigil.registry.models import ModelVersion
from vigil.registry.selectors import models_of
from vigil.retraining.gate import value_of


class Command(VigilCommand):
    help = "Lists the model versions of a project, newest first."
    example = "manage.py models --project demo --json"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, help="name or slug of the project")

    def run(self, **options: Any) -> Any:
        project = project_by_name(name=options["project"])
        versions = list(models_of(project=project))
        if not versions:
            self.say(f"{project.name} has no model yet; make one with: manage.py train --project {project.slug} --wait")
        for version in versions:
            figures = {key: value_of(version.metrics, key) for key in ("auc_a", "video_auc")}
            known = "  ".join(f"{key} {value:.3f}" for key, value in figures.items() if value is not None)
            line = f"{version.name:>5}  {version.state:<10}  {version.profile:<14}  {known or 'no figures yet'}"
            self.say(line)
        return [_row(version) for version in versions]


def _row(version: ModelVersion) -> dict[str, Any]:
    return {
        "model": version.name,
        "state": version.state,
        "profile": version.profile,
        "parent": version.parent.name if version.parent else None,
        "artefact_sha256": version.artefact_sha256,
        "created_at": version.created_at.isoformat(),
        "promoted_at": version.promoted_at.isoformat() if version.promoted_at else None,
        "metrics": version.metrics,
        "card": version.card,
    }
