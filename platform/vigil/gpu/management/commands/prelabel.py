"""manage.py prelabel: lets a model version say what it sees in the project's videos."""

import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from vigil.gpu.services.prelabel import embeddings_make, prelabel_next
from vigil.gpu.waiting import wait_until_done
from vigil.predictions.models import PrelabelRequest
from vigil.predictions.selectors import requests_of
from vigil.predictions.services import prelabels_request
from vigil.projects.commands import VigilCommand
from vigil.projects.errors import Invalid, Missing
from vigil.projects.models import Project
from vigil.projects.selectors import project_by_name
from vigil.projects.work import WorkState
from vigil.registry.models import ModelVersion
from vigil.registry.selectors import model_to_use
from vigil.videos.models import Video


class Command(VigilCommand):
    help = "Runs a model over the project's videos: scores, segments and explanations for the workbench."
    example = "manage.py prelabel --project demo --wait"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, help="name or slug of the project")
        parser.add_argument("--model", help="a version such as v3; default: production, or else the newest")
        parser.add_argument("--video", help="the name of one video; default: all that are ready")
        parser.add_argument(
            "--embed", action="store_true", help="embed, here, predictions from before 'more like this'"
        )
        parser.add_argument("--wait", action="store_true", help="wait for the end; without a worker do it here")

    def run(self, **options: Any) -> Any:
        project = project_by_name(name=options["project"])
        version = model_to_use(project=project, name=options["model"])
        videos = _videos(project, options["video"])
        waiting = prelabels_request(project=project, model_version=version, videos=videos)
        self.say(f"{version.name}: {waiting} of {len(videos)} videos wait for it, the others are done")
        asked = requests_of(model_version=version, videos=videos)
        if options["wait"]:
            self._wait(asked)
        if options["embed"]:
            self._embed(version)
        return self._report(version, videos, asked)

    def _wait(self, asked: Any) -> None:
        with self.progress("prelabel", total=asked.count()) as bar:

            def look(_request: PrelabelRequest | None = None) -> None:
                bar.n = asked.all().count() - asked.all().unfinished().count()
                bar.update(0)

            try:
                wait_until_done(asked, work=lambda: prelabel_next(requests=asked.all(), on_done=look), on_look=look)
            except KeyboardInterrupt:
                self.stderr.write("stopped; the same command goes on with the videos that are left")
                sys.exit(130)

    def _embed(self, version: ModelVersion) -> None:
        with self.progress("embed") as bar:

            def done(videos: int, of_all: int) -> None:
                bar.total, bar.n = of_all, videos
                bar.update(0)

            made, failed = embeddings_make(version=version, on_video=done)
        for video, error in failed:
            self.stderr.write(f"{video.name}: {error}")
        self.say(f"{version.name}: {made} predictions got embeddings, {len(failed)} failed")

    def _report(self, version: ModelVersion, videos: list[Video], asked: Any) -> dict[str, Any]:
        failed = [
            {"video": one.video.name, "error": one.error}
            for one in asked.all().filter(state=WorkState.FAILED).select_related("video")
        ]
        predicted = version.predictions.filter(video__in=videos).count()
        for one in failed:
            self.stderr.write(f"{one['video']}: {one['error']}")
        self.say(f"{version.name}: {predicted} of {len(videos)} videos pre-labelled, {len(failed)} failed")
        if failed and not predicted:
            raise CommandError(f"{version.name} could not pre-label any of {len(videos)} videos", returncode=1)
        return {"model": version.name, "videos": len(videos), "predicted": predicted, "failed": failed}


def _videos(project: Project, name: str | None) -> list[Video]:
    ready = Video.objects.filter(project=project, state=WorkState.SUCCEEDED).order_by("pk")
    if name is None:
        if not ready.exists():
            raise Invalid(f"project {project.name!r} has no ready video; import some with import_videos")
        return list(ready)
    found = Video.objects.filter(project=project, name=name).first()
    if found is None:
        raise Missing(f"project {project.name!r} has no video {name!r}; names are those on the project's page")
    if found.state != WorkState.SUCCEEDED:
        raise Invalid(f"video {name!r} is {found.state}: {found.error or 'not ready yet, wait for the media worker'}")
    return [found]
