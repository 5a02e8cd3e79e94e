"""manage.py evaluate: the figures of a model version on a split of the project."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from ml.contracts import VideoTruth
from ml.evaluation.sentence_embedding import INSTALL
from ml.evaluation.spread import FIGURES as ALL_FIGURES
from vigil.gpu.services.evaluate import evaluate_model
from vigil.gpu.truth_files import truth_of_file
from vigil.projects.commands import VigilCommand
from vigil.projects.errors import Invalid
from vigil.projects.models import Project
from vigil.projects.selectors import project_by_name
from vigil.projects.work import WorkState
from vigil.registry.selectors import model_to_use
from vigil.retraining.gate import FIGURES, value_of
from vigil.videos.models import Split, Video


class Command(VigilCommand):
    help = "Compares a model version with the truth of a split; predictions that are missing are made first."
    example = "manage.py evaluate --project demo --split test --truth segments.json --json"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, help="name or slug of the project")
        parser.add_argument("--model", help="a version such as v3; default: production, or else the newest")
        parser.add_argument("--split", default=Split.TEST.value, choices=Split.values)
        parser.add_argument(
            "--truth", help="ActivityNet style JSON, times in seconds; default: the frozen truth of the project"
        )

    def run(self, **options: Any) -> Any:
        project = project_by_name(name=options["project"])
        version = model_to_use(project=project, name=options["model"])
        truths = self._truths(project, options["split"], options["truth"]) if options["truth"] else None
        with self.progress("evaluate") as bar:

            def on_video(step: int, total: int) -> None:
                bar.total = total
                bar.update(step - bar.n)

            try:
                metrics, failed = evaluate_model(
                    project=project, model=version, split=options["split"], truths=truths, on_video=on_video
                )
            except KeyboardInterrupt:
                self.stderr.write("stopped; the predictions made so far are kept")
                sys.exit(130)
        for video, error in failed:
            self.stderr.write(f"left out: {video.name}: {error}")
        self._say_figures(metrics)
        return metrics

    def _truths(self, project: Project, split: str, path: str) -> list[VideoTruth]:
        videos = list(Video.objects.filter(project=project, split=split, state=WorkState.SUCCEEDED).order_by("pk"))
        if not videos:
            raise Invalid(f"project {project.name!r} has no ready video in the split {split!r}; see labels.csv")
        known = set(Video.objects.filter(project=project).values_list("name", flat=True))
        found = truth_of_file(Path(path), videos, known)
        if found.unknown:
            self.stderr.write(f"--truth names {len(found.unknown)} unknown videos: {_some(found.unknown)}")
        if found.missing:
            self.stderr.write(f"--truth says nothing of {len(found.missing)} videos, left out: {_some(found.missing)}")
        return found.truths

    def _say_figures(self, metrics: dict[str, Any]) -> None:
        self.say(f"{metrics['model']} on {metrics['videos']} videos")
        gated = {figure.key: figure.title for figure in FIGURES}
        for key, title in gated.items():
            value = value_of(metrics, key)
            self.say(f"  {title:<42} {'none' if value is None else f'{value:.3f}'}")
        # What the gate does not look at is told where there is something to tell.
        for key, title in ALL_FIGURES.items():
            value = value_of(metrics, key)
            if key not in gated and value is not None:
                self.say(f"  {title:<42} {value:.3f}")
        if value_of(metrics, "text.sentences") and value_of(metrics, "text.similarity") is None:
            self.say(f"  to compare the sentences by meaning too: {INSTALL}")


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")
