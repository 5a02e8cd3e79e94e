"""`manage.py load_demo`: the demo project, from generated footage to a queue full of questions."""

from argparse import ArgumentParser
from concurrent.futures.process import BrokenProcessPool
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from vigil.demo.generate import DemoManifest
from vigil.demo.services import (
    DemoFolder,
    demo_answers,
    demo_footage,
    demo_import,
    demo_people,
    demo_project,
    demo_truth,
)
from vigil.projects.commands import VigilCommand
from vigil.projects.models import Project
from vigil.registry.selectors import production_model
from vigil.videos.waiting import quarantined, videos_wait


class Command(VigilCommand):
    help = "Makes the demo project, or what is missing of it. An interrupted load goes on where it was."
    example = "manage.py load_demo"

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--no-model", action="store_true", help="leave out the starter model: footage, people and answers only"
        )

    def run(self, **options: Any) -> dict[str, Any]:
        folder = DemoFolder(settings.VIGIL_HOME / "demo")
        if folder.is_loaded:
            return {"is_loaded": True, "was_loaded_before": True}
        folder.make()
        manifest = self._footage(folder)
        project = demo_project()
        demo_people(folder=folder, project=project)
        self._import(project, manifest)
        tested = demo_truth(project=project, manifest=manifest)
        given = demo_answers(project=project, manifest=manifest)
        self.say(f"  truth of {tested} test videos, an annotator's work on {given} train videos")
        is_loaded = not options["no_model"] and self._model(project)
        if is_loaded:
            folder.loaded_set()
        return {"is_loaded": is_loaded, "was_loaded_before": False, "videos": len(manifest.videos)}

    def _footage(self, folder: DemoFolder) -> DemoManifest:
        self.say("  drawing the demo footage (a minute)")
        with self.progress("footage") as bar:

            def show(done: int, total: int, _name: str) -> None:
                bar.total = total
                bar.update(done - bar.n)

            try:
                return demo_footage(folder=folder, on_progress=show)
            except OSError as error:
                raise CommandError(
                    f"{folder.footage} cannot be written ({error.strerror or error}); make room there (100 MB), "
                    "or choose another folder with VIGIL_HOME, and start again",
                    returncode=2,
                ) from error
            except BrokenProcessPool as error:
                raise CommandError(
                    "a process that drew footage was killed, most likely for want of memory; start again, it goes on",
                    returncode=1,
                ) from error

    def _import(self, project: Project, manifest: DemoManifest) -> None:
        with self.progress("import", len(manifest.videos)) as bar:
            report = demo_import(
                project=project, manifest=manifest, on_progress=lambda done, _total, _name: bar.update(done - bar.n)
            )
        for refusal in report.refused if report else ():
            self.say(f"  refused {refusal.file}: {refusal.reason}")
        videos = list(project.videos.values_list("pk", flat=True))
        self.say(f"  making {len(videos)} videos ready to watch")
        with self.progress("making ready", len(videos)) as bar:
            videos_wait(video_ids=videos, on_done=lambda done, _total: bar.update(done - bar.n))
        for name, reason in quarantined(videos):
            self.say(f"  quarantined {name}: {reason}")

    def _model(self, project: Project) -> bool:
        """Trains the starter model and lets it look at every video; False, with the reason told, when it cannot.

        What fails here does not keep Vigil from serving: the next start tries again.
        """
        try:
            if production_model(project=project) is None:
                self.say("  training the starter model, three phases (two minutes)")
                self._wait_for("train", project)
            self.say("  pre-labelling every video")
            self._wait_for("prelabel", project)
        except CommandError as error:
            self.stderr.write(f"the demo is not complete yet, the next start goes on with it: {error}")
            return False
        return True

    def _wait_for(self, command: str, project: Project) -> None:
        """Runs a command of the gpu room, which this app must not import, by its name."""
        told = StringIO() if self.as_json else self.stdout
        call_command(command, project=project.slug, wait=True, stdout=told, stderr=self.stderr)
